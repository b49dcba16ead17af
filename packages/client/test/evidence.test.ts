import { channel } from 'node:diagnostics_channel'
import { describe, expect, test, vi } from 'vitest'
import { body, json, refused, reset, silence } from './support/client.ts'
import {
  answered,
  create,
  doubt,
  failureOf,
  own,
  refusal,
  requestOf,
  sendHeaders,
  withoutUndici,
} from './support/own.ts'
import { callOf } from './support/service.ts'

const failed = channel('undici:request:error')

// Must come first: sends that another test left in doubt stay observed for a while.
test('a send that ended without a doubt is no longer observed', async () => {
  const made = await own(async () => json(400, {}))
  await failureOf(made)
  const headers = vi.fn(() => [])
  create.publish({ request: Object.defineProperty({}, 'headers', { get: headers }) })
  expect(headers).not.toHaveBeenCalled()
})

describe("with the runtime's own fetch", () => {
  test.each(['pairs', 'lines'] as const)(
    'a request that was made, and never written, never left (%s)',
    async (form) => {
      const made = await own(async (init) => {
        create.publish({ request: requestOf(init, form) })
        // A broken TLS handshake says the same as a connection that breaks later.
        throw reset()
      })
      expect(await failureOf(made)).toMatchObject(refusal)
      expect(made.posts).toHaveLength(3)
      expect(made.gets).toEqual([])
    },
  )

  test.each(['pairs', 'lines'] as const)(
    'a request that was written may have placed a call (%s)',
    async (form) => {
      const made = await own(async (init) => {
        const request = requestOf(init, form)
        create.publish({ request })
        sendHeaders.publish({ request, headers: 'x', socket: {} })
        throw reset()
      })
      expect(await failureOf(made)).toMatchObject(doubt)
      expect(made.posts).toHaveLength(1)
    },
  )

  test('a request that was written may have placed a call, even if the connection is then refused', async () => {
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      throw refused()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('events of other requests prove nothing', async () => {
    const made = await own(async (init) => {
      const other = requestOf({ headers: { 'x-request-id': 'other' } })
      create.publish({ request: requestOf({ headers: {} }) })
      create.publish({ request: other })
      create.publish({
        request: requestOf({
          headers: { 'x-client-request-id': init.headers['x-request-id'] ?? '' },
        }),
      })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
  })

  test('other requests that were written do not count against it', async () => {
    const made = await own(async (init) => {
      const other = requestOf({ headers: { 'x-request-id': 'other' } })
      create.publish({ request: requestOf(init) })
      create.publish({ request: other })
      sendHeaders.publish({ request: other })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(refusal)
  })

  test("a caller's x-request-id confuses nothing", async () => {
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      throw reset()
    })
    const options = { idempotencyKey: 'one', lookUp: false, headers: { 'x-request-id': 'mine' } }
    expect(await failureOf(made, options)).toMatchObject(doubt)
    expect(made.posts[0]?.headers['x-client-request-id']).toBe('mine')
  })

  test('simultaneous requests are told apart', async () => {
    const requests: object[] = []
    const made = await own(async (init) => {
      const request = requestOf(init)
      requests.push(request)
      create.publish({ request })
      await Promise.resolve()
      if (requests[0] === request) sendHeaders.publish({ request })
      throw reset()
    })
    const ask = (idempotencyKey: string) => failureOf(made, { idempotencyKey, lookUp: false, maxRetries: 0 })
    const [first, second] = await Promise.all([ask('a'), ask('b')])
    expect([first, second]).toMatchObject([{ placed: 'maybe' }, { placed: 'no' }])
  })

  test.each([
    ['connect', 'ECONNREFUSED'],
    ['getaddrinfo', 'ENOTFOUND'],
  ])('without those channels, a failed %s never left', async (syscall, code) => {
    const cause = Object.assign(new Error(code), { code, syscall })
    const failures = [
      new TypeError('fetch failed', { cause }),
      cause,
      new TypeError('fetch failed', { cause: new AggregateError([cause, cause]) }),
    ]
    withoutUndici()
    for (const failure of failures) {
      const made = await own(() => Promise.reject(failure))
      expect(await failureOf(made)).toMatchObject(refusal)
      expect(made.posts).toHaveLength(3)
    }
  })

  test.each<[what: string, failure: unknown]>([
    ['a read that failed', reset()],
    ['a code alone', Object.assign(new Error('ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['an AbortError', new DOMException('Aborted', 'AbortError')],
    ['nothing', undefined],
    [
      'one of several addresses',
      new AggregateError([refused(), Object.assign(new Error('x'), { syscall: 'read' })]),
    ],
    ['no address at all', new AggregateError([])],
  ])('without them, %s proves nothing', async (_, failure) => {
    withoutUndici()
    const made = await own(() => Promise.reject(failure))
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test.each(['undici', 'no undici'])('causes that form a circle prove nothing, with %s', async (what) => {
    if (what === 'no undici') withoutUndici()
    const causes = new TypeError('fetch failed')
    causes.cause = new Error('wrapped', { cause: causes })
    const errors = new AggregateError([])
    errors.errors.push(errors)
    for (const failure of [causes, errors]) {
      const made = await own((init) => {
        const request = requestOf(init)
        if (what === 'undici') {
          create.publish({ request })
          failed.publish({ request, error: new Error('another') })
        }
        return Promise.reject(failure)
      })
      expect(await failureOf(made)).toMatchObject(doubt)
      expect(made.posts).toHaveLength(1)
    }
  })

  test('where undici is and its channels are silent, fetch had been replaced before: nothing is proven', async () => {
    const made = await own(() => Promise.reject(refused()))
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('a timeout before the request was written never left, and is sent again', async () => {
    const made = await own((init) => {
      create.publish({ request: requestOf(init) })
      return silence(init)
    })
    expect(await failureOf(made)).toMatchObject({ name: 'DigaTimeoutError', code: 'TIMEOUT', placed: 'no' })
    expect(made.posts).toHaveLength(3)
  })

  test('a timeout without evidence may have placed a call', async () => {
    const made = await own((init) => silence(init))
    expect(await failureOf(made)).toMatchObject({ name: 'DigaTimeoutError', placed: 'maybe' })
    expect(made.posts).toHaveLength(1)
  })

  test.each([
    [false, 'no'],
    [true, 'maybe'],
  ])('an abort is true to the evidence: written %s', async (written, placed) => {
    const made = await own((init) => {
      const request = requestOf(init)
      create.publish({ request })
      if (written) sendHeaders.publish({ request })
      return silence(init)
    })
    const controller = new AbortController()
    const options = { idempotencyKey: 'one', signal: controller.signal }
    const placing = made.diga.calls.create(body, options)
    placing.catch(() => {})
    await made.clock.flush()
    controller.abort()
    expect(await placing.catch((error: unknown) => error)).toMatchObject({
      name: 'DigaAbortError',
      placed,
      idempotencyKey: 'one',
    })
    expect(made.posts).toHaveLength(1)
    expect(made.gets).toEqual([])
  })

  test('a request that never left is sent again until it is accepted', async () => {
    let sends = 0
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      if (++sends < 3) throw reset()
      sendHeaders.publish({ request })
      return json(201, callOf({ dynamic_variables: null }))
    })
    expect(await made.clock.run(made.diga.calls.create(body))).toHaveProperty('id')
    expect(made.posts).toHaveLength(3)
    const ids = made.events.flatMap((event) => (event.type === 'request' ? [event.requestId] : []))
    expect(new Set(ids).size).toBe(3)
  })

  test('a request that never left frees its key', async () => {
    const made = await own(async (init) => {
      create.publish({ request: requestOf(init) })
      throw reset()
    })
    const options = { idempotencyKey: 'one', maxRetries: 0 }
    await failureOf(made, options)
    await failureOf(made, options)
    expect(made.posts).toHaveLength(2)
  })

  test('the evidence of one send does not count for the next', async () => {
    let first: object | undefined
    const made = await own(async (init) => {
      if (first) {
        sendHeaders.publish({ request: first })
        throw reset()
      }
      first = requestOf(init)
      create.publish({ request: first })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(2)
  })

  test('a second dispatch by the runtime is aborted before it is sent', async () => {
    const aborted: boolean[] = []
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      answered.publish({ request, response: { statusCode: 421, headers: [] } })
      aborted.push(init.signal.aborted)
      create.publish({ request: requestOf(init) })
      // At once would be while the runtime is still making it, which ends the process.
      aborted.push(init.signal.aborted)
      await undefined
      aborted.push(init.signal.aborted)
      throw init.signal.reason
    })
    expect(await failureOf(made)).toMatchObject({
      name: 'DigaApiError',
      status: 421,
      code: 'HTTP_421',
      placed: 'no',
      idempotencyKey: 'one',
    })
    expect(aborted).toEqual([false, false, true])
    expect(made.posts).toHaveLength(1)
  })

  test.each(['goes on', 'sends again'])('nothing is proven while a wrapper around fetch %s', async (what) => {
    let publish = (): void => {}
    const destroyed = vi.fn()
    const made = await own((init) => {
      const request = requestOf(init)
      create.publish({ request })
      if (what === 'sends again') create.publish({ request: requestOf(init) })
      publish = () => sendHeaders.publish({ request, socket: { destroy: destroyed } })
      // Deaf to the signal.
      return new Promise(() => {})
    })
    const error = await failureOf(made, { idempotencyKey: 'one', lookUp: false, timeoutMs: 1000 })
    expect(error).toMatchObject({ placed: 'maybe', idempotencyKey: 'one' })
    expect(made.posts).toHaveLength(1)
    publish()
    expect(destroyed).toHaveBeenCalledTimes(1)
  })

  test('a second dispatch is noticed for as long as the create goes on', async () => {
    const destroyed = vi.fn()
    let first: object | undefined
    const made = await own(async (init) => {
      if (!first) {
        // The headers themselves are used again for the next send.
        first = requestOf(init)
        create.publish({ request: { ...first } })
        throw refused()
      }
      create.publish({ request: first })
      sendHeaders.publish({ request: first, socket: { destroy: destroyed } })
      return json(201, callOf())
    })
    await made.clock.run(made.diga.calls.create(body))
    expect(destroyed).toHaveBeenCalledTimes(1)
  })

  test('a second dispatch that is written anyway loses its socket', async () => {
    const destroyed: number[] = []
    const socket = (number: number) => ({ alpnProtocol: 'h2', destroy: () => destroyed.push(number) })
    const made = await own(async (init) => {
      const [first, second] = [requestOf(init), requestOf(init)]
      create.publish({ request: first })
      sendHeaders.publish({ request: first, socket: socket(1) })
      answered.publish({ request: first, response: { statusCode: 421, headers: [] } })
      create.publish({ request: second })
      sendHeaders.publish({ request: second, socket: socket(2) })
      throw init.signal.reason
    })
    expect(await failureOf(made)).toMatchObject({ status: 421, placed: 'no' })
    expect(destroyed).toEqual([2])
  })

  test('an abort stays an abort, even if the runtime then sends again', async () => {
    const made = await own((init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      init.signal.addEventListener('abort', () => create.publish({ request: requestOf(init) }))
      return silence(init)
    })
    const error = await failureOf(made, { idempotencyKey: 'one', lookUp: false, timeoutMs: 50 })
    expect(error).toMatchObject({ name: 'DigaTimeoutError', placed: 'maybe' })
  })

  test('a body that breaks off proves nothing, whatever the error', async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (to) => to.error(refused()) }), { status: 201 })
    const made = await own(async () => broken())
    expect(await failureOf(made)).toMatchObject({ code: 'BODY_CUT', status: 201, placed: 'maybe' })
    expect(made.posts).toHaveLength(1)
  })

  test('a second dispatch for another reason may have placed a call', async () => {
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      create.publish({ request: requestOf(init) })
      throw init.signal.reason
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('unexpected messages on the channels change nothing', async () => {
    const made = await own(async (init) => {
      for (const message of [undefined, null, {}, { request: null }, { request: { headers: null } }, 7]) {
        for (const one of [create, sendHeaders, answered]) one.publish(message)
      }
      const request = requestOf(init)
      create.publish({ request })
      answered.publish({ request })
      throw reset()
    })
    const thrown = vi.fn()
    process.on('uncaughtException', thrown)
    try {
      expect(await failureOf(made)).toMatchObject(refusal)
      await made.clock.flush()
      expect(thrown).not.toHaveBeenCalled()
    } finally {
      process.off('uncaughtException', thrown)
    }
  })

  test('a send that a 429 answered is observed for as long as the create goes on', async () => {
    const destroyed = vi.fn()
    let first: object | undefined
    const made = await own(async (init) => {
      const request = requestOf(init)
      if (!first) {
        first = request
        create.publish({ request })
        sendHeaders.publish({ request, socket: { destroy: vi.fn() } })
        return new Response('', { status: 429 })
      }
      // A wrapper around fetch sends the first one again.
      const again = { ...first }
      create.publish({ request: again })
      sendHeaders.publish({ request: again, socket: { destroy: destroyed } })
      return json(201, callOf())
    })
    await made.clock.run(made.diga.calls.create(body))
    expect(destroyed).toHaveBeenCalledTimes(1)
  })

  test('a request that is written a second time loses its connection', async () => {
    const written: string[] = []
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      for (const name of ['first', 'second'])
        sendHeaders.publish({ request, socket: { destroy: () => written.push(name) } })
      return json(201, callOf())
    })
    await made.clock.run(made.diga.calls.create(body))
    expect(written).toEqual(['second'])
  })

  test('responses are read as usual', async () => {
    const made = await own(async () => json(400, {}))
    expect(await failureOf(made)).toMatchObject({ status: 400, placed: 'no' })
    const lost = await own(async () => json(500, {}))
    expect(await failureOf(lost)).toMatchObject({ status: 500, placed: 'maybe' })
  })
})
