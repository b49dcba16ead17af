import { channel } from 'node:diagnostics_channel'
import type { Diga, DigaEvent, DigaOptions } from '@digame/client'
import { describe, expect, test, vi } from 'vitest'
import { apiKey, body, json, refused, remember, reset, silence } from './support/client.ts'
import { type FakeClock, fakeClock } from './support/clock.ts'
import { callOf } from './support/service.ts'

type Init = Parameters<typeof globalThis.fetch>[1] & {
  headers: Headers
  signal: AbortSignal
  client?: unknown
}

const create = channel('undici:request:create')
const sendHeaders = channel('undici:client:sendHeaders')
const answered = channel('undici:request:headers')

/** A request as undici shows it on its channels: what was sent, as pairs or, before Node 22, as lines. */
function requestOf({ headers }: { headers: Headers }, form: 'pairs' | 'lines' = 'pairs'): object {
  const pairs = [['host', 'api.test'], ...headers]
  return {
    headers: form === 'pairs' ? pairs.flat() : pairs.map(([name, value]) => `${name}: ${value}\r\n`).join(''),
  }
}

interface Made {
  readonly diga: Diga
  readonly clock: FakeClock
  readonly posts: Init[]
  readonly gets: Init[]
  readonly events: DigaEvent[]
}

/** A client that was loaded where this is the runtime's own fetch. */
async function own(fetch: (init: Init) => Promise<Response>, options: DigaOptions = {}): Promise<Made> {
  const posts: Init[] = []
  const gets: Init[] = []
  const events: DigaEvent[] = []
  vi.resetModules()
  vi.stubGlobal('fetch', async (_: string, init: Init) => {
    if (init.method === 'POST') {
      posts.push(init)
      return fetch(init)
    }
    gets.push(init)
    return json(200, { data: [], has_more: false }, { date: new Date(0).toUTCString() })
  })
  const client = await import('@digame/client')
  const clock = fakeClock()
  const onEvent = (event: DigaEvent) => void events.push(event)
  const diga = new client.Diga({
    apiKey,
    baseUrl: 'http://api.test',
    clock,
    random: () => 0.5,
    onEvent,
    ...options,
  })
  return { diga, clock, posts, gets, events }
}

async function failureOf(
  { clock, diga }: Made,
  options: Parameters<Diga['calls']['create']>[1] = { idempotencyKey: 'one', lookUp: false },
) {
  const error = await clock.run(diga.calls.create(body, options).catch((error: unknown) => error))
  remember('error', error)
  expect(error).toMatchObject({ name: expect.stringMatching(/^Diga/) })
  return error
}

const refusal = { name: 'DigaConnectionError', placed: 'no', idempotencyKey: 'one', sentAt: expect.any(Date) }
const doubt = {
  name: 'DigaConnectionError',
  placed: 'maybe',
  idempotencyKey: 'one',
  sentAt: expect.any(Date),
}

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

  test('what happens to other requests is no evidence', async () => {
    const made = await own(async (init) => {
      const other = requestOf({ headers: new Headers({ 'x-request-id': 'other' }) })
      create.publish({ request: requestOf({ headers: new Headers() }) })
      create.publish({ request: other })
      create.publish({
        request: requestOf({
          headers: new Headers({ 'x-client-request-id': init.headers.get('x-request-id') ?? '' }),
        }),
      })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
  })

  test('what was written of other requests is none against it', async () => {
    const made = await own(async (init) => {
      const other = requestOf({ headers: new Headers({ 'x-request-id': 'other' }) })
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
    expect(made.posts[0]?.headers.get('x-client-request-id')).toBe('mine')
  })

  test('requests at the same time are told apart', async () => {
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
    const made = await own(() => Promise.reject(failure))
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

  test('a second dispatch behind our back is aborted before it is sent', async () => {
    const aborted: boolean[] = []
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      answered.publish({ request, response: { statusCode: 421, headers: [] } })
      aborted.push(init.signal.aborted)
      create.publish({ request: requestOf(init) })
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
    expect(aborted).toEqual([false, true])
    expect(made.posts).toHaveLength(1)
  })

  test('one that is written nevertheless loses its socket', async () => {
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

  test('an abort stays one, though the runtime sends again thereupon', async () => {
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

  test('a body that breaks proves nothing, whatever it breaks with', async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (to) => to.error(refused()) }), { status: 201 })
    const made = await own(async () => broken())
    expect(await failureOf(made)).toMatchObject({ code: 'BODY_CUT', status: 201, placed: 'maybe' })
    expect(made.posts).toHaveLength(1)
  })

  test('what has ended is observed no longer', async () => {
    const made = await own(async () => json(400, {}))
    await failureOf(made)
    const headers = vi.fn(() => [])
    create.publish({ request: Object.defineProperty({}, 'headers', { get: headers }) })
    expect(headers).not.toHaveBeenCalled()
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

  test('messages that nobody expects harm nobody', async () => {
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

  test('answers are read as ever', async () => {
    const made = await own(async () => json(400, {}))
    expect(await failureOf(made)).toMatchObject({ status: 400, placed: 'no' })
    const lost = await own(async () => json(500, {}))
    expect(await failureOf(lost)).toMatchObject({ status: 500, placed: 'maybe' })
  })
})

describe('over HTTP/2', () => {
  const connected = channel('undici:client:connected')
  const socket = { alpnProtocol: 'h2' }

  test('that a request was not seen to be written proves nothing, where such sends are never seen', async () => {
    const made = await own(async (init) => {
      create.publish({ request: requestOf(init) })
      connected.publish({ socket })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('it proves as much as ever where they are', async () => {
    let sends = 0
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      connected.publish({ socket })
      if (sends++ > 0) throw reset()
      sendHeaders.publish({ request, socket })
      return json(429, {})
    })
    expect(await failureOf(made)).toMatchObject(refusal)
    expect(made.posts).toHaveLength(3)
  })

  test('other protocols are as before', async () => {
    const made = await own(async (init) => {
      create.publish({ request: requestOf(init) })
      connected.publish({ socket: { alpnProtocol: 'http/1.1' } })
      connected.publish({ socket: { alpnProtocol: false } })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(refusal)
  })
})

describe("with a caller's fetch", () => {
  const published = async (init: { headers: Headers }): Promise<never> => {
    create.publish({ request: requestOf(init) })
    throw refused()
  }

  test('nothing proves that a request never left', async () => {
    for (const fetch of [async () => Promise.reject(refused()), (_: string, init: Init) => published(init)]) {
      let sends = 0
      const counted = ((url: string, init: Init) => {
        sends++
        return fetch(url, init)
      }) as NonNullable<DigaOptions['fetch']>
      const made = await own(() => Promise.reject(new Error('unused')), { fetch: counted })
      expect(await failureOf(made)).toMatchObject(doubt)
      expect(sends).toBe(1)
    }
  })

  test("one that replaced the own one later is a caller's too", async () => {
    const made = await own(() => Promise.reject(new Error('unused')))
    const replaced = vi.fn(() => Promise.reject(refused()))
    vi.stubGlobal('fetch', replaced)
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(replaced).toHaveBeenCalledTimes(1)
  })

  test('the own one, passed by name, is the own one', async () => {
    const made = await own(() => Promise.reject(refused()))
    const again = await import('@digame/client')
    const diga = new again.Diga({ apiKey, fetch: globalThis.fetch as never, clock: made.clock })
    expect(await failureOf({ ...made, diga })).toMatchObject(refusal)
  })
})

describe('on Deno', () => {
  const createHttpClient = vi.fn((_: object) => ({ unpooled: true }))

  test('a refusal proves nothing', async () => {
    vi.stubGlobal('Deno', { createHttpClient })
    const made = await own(() => Promise.reject(refused()))
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('creates go through one client that keeps no connections', async () => {
    createHttpClient.mockClear()
    vi.stubGlobal('Deno', { createHttpClient })
    const made = await own(() => Promise.reject(reset()))
    await failureOf(made, { idempotencyKey: 'one' })
    await failureOf(made, { idempotencyKey: 'two' })
    expect(made.posts.map(({ client }) => client)).toEqual([{ unpooled: true }, { unpooled: true }])
    expect(createHttpClient.mock.calls).toEqual([[{ poolMaxIdlePerHost: 0 }]])
    expect(made.gets.length).toBeGreaterThan(0)
    for (const get of made.gets) expect(get).not.toHaveProperty('client')
  })

  test("a caller's fetch is left alone", async () => {
    vi.stubGlobal('Deno', { createHttpClient })
    const inits: object[] = []
    const made = await own(() => Promise.reject(new Error('unused')), {
      fetch: async (_, init) => {
        inits.push(init)
        throw reset()
      },
    })
    await failureOf(made)
    expect(inits[0]).not.toHaveProperty('client')
  })
})

test('elsewhere no client is passed', async () => {
  const made = await own(() => Promise.reject(reset()))
  await failureOf(made)
  expect(made.posts[0]).not.toHaveProperty('client')
})
