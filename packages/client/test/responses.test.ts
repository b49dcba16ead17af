import { DigaApiError } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { body, failureOf, from, json, reset, type Seen, setup, silence, to } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, uuid } from './support/service.ts'

const MiB = 1024 * 1024
const whole = JSON.stringify(callOf())

/** A body in pieces; `undefined` breaks it, nothing more leaves it open. */
function stream(...pieces: (string | Uint8Array | undefined | 'open')[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      if (pieces.length === 0) return controller.close()
      const piece = pieces.shift()
      if (piece === 'open') return new Promise(() => {})
      if (piece === undefined) return controller.error(new TypeError('terminated', { cause: reset().cause }))
      controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
      return undefined
    },
  })
}

const created = (content: ReadableStream | string | null, headers: Record<string, string> = {}): Response =>
  new Response(content, { status: 201, headers })

const zeros = (size: number): Uint8Array => new Uint8Array(size).fill(48)

interface Case {
  readonly answer: (request: Seen) => Response
  readonly error: object
}

const unreadable = (status = 201): object => ({ name: 'DigaResponseError', code: 'UNREADABLE_BODY', status })
const cut = { name: 'DigaResponseError', code: 'BODY_CUT', status: 201 }
const tooLarge = { name: 'DigaResponseError', code: 'BODY_TOO_LARGE', status: 201 }

const broken: Record<string, Case> = {
  HTML: { answer: () => created('<html>hello</html>', { 'content-type': 'text/html' }), error: unreadable() },
  'an empty body': { answer: () => created(''), error: unreadable() },
  'no body': { answer: () => created(null), error: unreadable() },
  'an empty body of known length': {
    answer: () => created('', { 'content-length': '0' }),
    error: unreadable(),
  },
  'half a JSON': { answer: () => created(whole.slice(0, 40)), error: unreadable() },
  'two JSONs': { answer: () => created(whole + whole), error: unreadable() },
  'a JSON null': { answer: () => created('null'), error: unreadable() },
  'a JSON string': { answer: () => created('"placed"'), error: unreadable() },
  'a JSON array': { answer: () => created(`[${whole}]`), error: unreadable() },
  'a call in a wrapper': { answer: () => created(`{"data":${whole}}`), error: unreadable() },
  'an object without an id': { answer: () => created('{"status":"dialing"}'), error: unreadable() },
  'an empty id': { answer: () => created('{"id":""}'), error: unreadable() },
  'an id that is a number': { answer: () => created('{"id":7}'), error: unreadable() },
  'an error in a success': {
    answer: () => created('{"status":"error","error_code":"X","message":"y"}'),
    error: unreadable(),
  },
  'a 204': { answer: () => new Response(null, { status: 204 }), error: unreadable(204) },
  'a 200 with a login page': {
    answer: () => new Response('<html>log in</html>', { status: 200 }),
    error: unreadable(200),
  },
  'a body that breaks off half way': {
    answer: () => created(stream(whole.slice(0, 40), undefined)),
    error: cut,
  },
  'a body of known length that breaks off': {
    answer: () => created(stream(whole.slice(0, 40), undefined), { 'content-length': '400' }),
    error: cut,
  },
  'a body that breaks before its first byte': { answer: () => created(stream(undefined)), error: cut },
  'more than 10 MiB, announced': {
    answer: () => created(stream('{'), { 'content-length': String(10 * MiB + 1) }),
    error: tooLarge,
  },
  'more than 10 MiB, unannounced': {
    answer: () => created(stream(zeros(6 * MiB), zeros(4 * MiB), zeros(1), 'open')),
    error: tooLarge,
  },
  'more than 10 MiB, packed': {
    answer: () =>
      created(stream(zeros(6 * MiB), zeros(6 * MiB), 'open'), {
        'content-length': '900',
        'content-encoding': 'gzip',
      }),
    error: tooLarge,
  },
  'a body that never ends': {
    answer: () => created(stream(whole.slice(0, 40), 'open')),
    error: { name: 'DigaTimeoutError', code: 'TIMEOUT', status: 201 },
  },
  'a body of known length that never ends': {
    answer: () => created(stream(whole.slice(0, 40), 'open'), { 'content-length': '400' }),
    error: { name: 'DigaTimeoutError', code: 'TIMEOUT', status: 201 },
  },
}

describe('a create whose 201 has', () => {
  test.each(Object.entries(broken))('%s may have placed a call', async (_, { answer, error }) => {
    const { diga, posts, clock } = setup(answer)
    const thrown = await clock.run(
      failureOf(diga.calls.create(body, { lookUp: false, idempotencyKey: 'one' })),
    )
    expect(thrown).toMatchObject({
      ...error,
      placed: 'maybe',
      idempotencyKey: 'one',
      sentAt: expect.any(Date),
    })
    expect(thrown.message).toContain('POST /v1/call/')
    expect(thrown.message).toContain('a call may have been placed')
    expect(posts).toHaveLength(1)
    // A body that is not read to its end is cancelled.
    expect(posts[0]?.signal.aborted).toBe(['TIMEOUT', 'BODY_TOO_LARGE'].includes(thrown.code))
    expect(clock.pending).toBe(0)
  })

  test.each<unknown>([7, true, {}, { toString: 1 }, ['one'], ''])(
    'a call whose key is %j may have placed one',
    async (digame_key) => {
      const { diga } = setup(() =>
        created(JSON.stringify({ ...callOf(), dynamic_variables: { digame_key } as object })),
      )
      const error = await failureOf(diga.calls.create(body, { idempotencyKey: 'one', lookUp: false }))
      expect(error).toMatchObject({ code: 'UNREADABLE_BODY', placed: 'maybe' })
    },
  )

  test.each<object>([
    { id: 'req-1', status: 'error', error_code: 'INTERNAL', message: 'boom' },
    { id: 'gw-1', status: 'accepted' },
    { id: 'x', type: 'about:blank', title: 'Oops', status: 202 },
  ])('a body that only looks like a call may have placed one: %j', async (answer) => {
    const { diga } = setup(() => created(JSON.stringify(answer)), { onEvent: () => {} })
    const error = await failureOf(diga.calls.create(body, { idempotencyKey: 'one', lookUp: false }))
    expect(error).toMatchObject({ code: 'UNREADABLE_BODY', placed: 'maybe' })
  })

  test.each([undefined, null, 7, { toString: 1 }])(
    'a call with the status %j is accepted',
    async (status) => {
      const answer = { ...callOf(), status }
      const { diga } = setup(() => created(JSON.stringify(answer)), { onEvent: () => {} })
      expect(await diga.calls.create(body)).toEqual(JSON.parse(JSON.stringify(answer)))
    },
  )

  test('a call that carries another key may have placed one', async () => {
    const { diga } = setup(() => json(201, callOf({ dynamic_variables: { digame_key: 'other' } })))
    const error = await failureOf(diga.calls.create(body, { lookUp: false, idempotencyKey: 'one' }))
    expect(error).toMatchObject({ ...unreadable(), placed: 'maybe' })
  })

  test.each([undefined, null, {}, { name: 'Ana' }, { digame_key: null }])(
    'a call whose variables are %j has placed it',
    async (variables) => {
      const call = { ...callOf(), dynamic_variables: variables }
      const { diga } = setup(() => json(201, call))
      expect((await diga.calls.create(body)).id).toBe(call.id)
    },
  )

  test('a call of exactly 10 MiB is accepted', async () => {
    const text = whole.padEnd(10 * MiB)
    for (const headers of [{}, { 'content-length': String(10 * MiB) }]) {
      const { diga } = setup(() => created(stream(text), headers))
      expect(await diga.calls.create(body)).toEqual(JSON.parse(whole))
    }
  })

  test('a call whose chunks split a letter is accepted', async () => {
    const bytes = new TextEncoder().encode('{"id":"a","status":"ñ","agent_id":"b"}')
    const at = bytes.indexOf(0xc3) + 1
    const { diga } = setup(() => created(stream(bytes.slice(0, at), bytes.slice(at))))
    expect(await diga.calls.create(body)).toEqual({ id: 'a', status: 'ñ', agent_id: 'b' })
  })
})

describe('no response at all', () => {
  test('is a connection error', async () => {
    const { diga } = setup(() => Promise.reject(reset()))
    const error = await failureOf(diga.calls.create(body, { lookUp: false }))
    expect(error).toMatchObject({ name: 'DigaConnectionError', code: 'CONNECTION', placed: 'maybe' })
    expect(error.status).toBeUndefined()
    expect(error.message).toContain('ECONNRESET')
    expect(error.cause).toMatchObject({ message: 'fetch failed' })
  })

  test.each<[what: string, thrown: unknown]>([
    ['nothing', undefined],
    ['a string', 'timeout'],
    ['an abort of its own', new DOMException('Aborted', 'AbortError')],
  ])('is a connection error too if fetch throws %s', async (_, thrown) => {
    const { diga } = setup(() => Promise.reject(thrown))
    expect(await failureOf(diga.calls.create(body, { lookUp: false }))).toMatchObject({
      code: 'CONNECTION',
      placed: 'maybe',
    })
  })

  test('is a connection error too if fetch throws synchronously, or returns no response', async () => {
    const throws = setup(() => new Response(), {
      fetch: () => {
        throw new Error('no')
      },
    })
    const gives = setup(() => new Response(), { fetch: async () => undefined as unknown as Response })
    for (const { diga } of [throws, gives]) {
      const error = await failureOf(diga.calls.create(body, { lookUp: false }))
      expect(error).toMatchObject({ name: 'DigaConnectionError', placed: 'maybe' })
    }
  })

  test('in time is a timeout, even if fetch ignores its signal', async () => {
    for (const deaf of [false, true]) {
      const { diga, clock } = setup((request) => silence(request, deaf))
      const error = await clock.run(failureOf(diga.calls.create(body, { lookUp: false })))
      expect(error).toMatchObject({ name: 'DigaTimeoutError', code: 'TIMEOUT', placed: 'maybe' })
      expect(error.status).toBeUndefined()
    }
  })

  test('in time is a timeout, also if fetch rejects on its signal', async () => {
    const { diga, clock } = setup(
      ({ signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve(json(400, {}, { 'x-request-id': 'theirs' }))),
        ),
    )
    const error = await clock.run(failureOf(diga.calls.create(body, { lookUp: false })))
    expect(error).toMatchObject({ code: 'TIMEOUT', placed: 'maybe' })
    expect(error.requestId).not.toBe('theirs')
  })
})

describe("the service's errors", () => {
  const refusal = (status: number, content: unknown) =>
    failureOf(setup(() => json(status, content)).diga.calls.create(body, { maxRetries: 0, lookUp: false }))

  test('keep their code and message', async () => {
    const error = await refusal(404, {
      status: 'error',
      error_code: 'PHONE_NUMBER_NOT_FOUND',
      message: 'This number is not yours.',
    })
    expect(error).toMatchObject({ status: 404, code: 'PHONE_NUMBER_NOT_FOUND', placed: 'no' })
    expect(error.message).toBe(
      'POST /v1/call/ returned 404 PHONE_NUMBER_NOT_FOUND: This number is not yours.',
    )
  })

  test('may have an unknown code, and are judged by their status', async () => {
    const error = await refusal(403, { status: 'error', error_code: 'INTERNAL_SERVER_ERROR', message: 'No' })
    expect(error).toMatchObject({ status: 403, code: 'INTERNAL_SERVER_ERROR', placed: 'no' })
  })

  test.each([null, '', 7, {}])('may have %j as their code', async (error_code) => {
    expect(await refusal(400, { error_code, message: 'No' })).toMatchObject({ code: 'HTTP_400' })
  })

  test('say what is wrong with a request', async () => {
    const error = await refusal(422, {
      detail: [
        { loc: ['body', 'to_number'], msg: `String ${to} should match`, type: 'string_pattern_mismatch' },
        { loc: ['body', 'dynamic_variables', 0], msg: 'Field required', type: 'missing', input: { to } },
      ],
    })
    expect(error).toBeInstanceOf(DigaApiError)
    expect(error).toMatchObject({
      code: 'VALIDATION_ERROR',
      status: 422,
      placed: 'no',
      issues: [
        {
          path: 'body.to_number',
          message: 'String +346******78 should match',
          type: 'string_pattern_mismatch',
        },
        { path: 'body.dynamic_variables.0', message: 'Field required', type: 'missing' },
      ],
    })
    expect((error as DigaApiError).issues[1]).not.toHaveProperty('input')
    expect(error.message).toContain('body.to_number')
  })

  test.each([[[null, 'text', {}, { loc: 'body', msg: 7, type: null }]]])(
    'survive odd details %j',
    async (detail) => {
      const error = (await refusal(422, { detail })) as DigaApiError
      expect(error.code).toBe('VALIDATION_ERROR')
      for (const issue of error.issues) {
        expect(issue).toEqual({
          path: expect.any(String),
          message: expect.any(String),
          type: expect.any(String),
        })
      }
    },
  )

  test("quote FastAPI's detail", async () => {
    const error = await refusal(404, { detail: 'Not Found' })
    expect(error).toMatchObject({ code: 'HTTP_404' })
    expect(error.message).toContain('Not Found')
  })

  test.each([
    `The number ${to} is not Spanish`,
    `to_number='${to}'`,
    'Cannot call 612345678.',
    'Cannot call 612 345 678',
    'Cannot call +34 612 34 56 78',
    'Cannot call +34-612-345-678!',
    'Cannot call 0034612345678',
    'Cannot call (34612345678)',
    `Both ${to} and ${from} are wrong`,
    `{"to":"${to}"}`,
    'GET /?to=%2B34612345678',
  ])('have their numbers masked: %s', async (message) => {
    await refusal(400, { status: 'error', error_code: 'WRONG', message })
    await refusal(400, { detail: message })
    await refusal(422, { detail: [{ loc: ['body', message], msg: message, type: 'wrong' }] })
  })

  test.each([
    'The limit of 1000 was passed on 2026-07-01 at 10:00:00',
    'There is no call 00000000-0000-4000-8000-123456789012',
    'It would cost 1234.56 euros, of 12345678 cents',
  ])('keep digits that are not a phone number: %s', async (message) => {
    expect((await refusal(400, { error_code: 'WRONG', message })).message).toContain(message)
  })

  test('are shortened to less than 200 characters, and still mention the doubt', async () => {
    const error = await refusal(500, {
      error_code: 'X'.repeat(150),
      message: `${'long '.repeat(100)}\n\nend`,
    })
    expect(error.message).toMatch(/…; a call may have been placed\.$/)
    const broken = await refusal(400, { error_code: 'X', message: 'so\n\t it\r\nis' })
    expect(broken.message).toBe('POST /v1/call/ returned 400 X: so it is.')
  })

  test('of a gateway have no message of their own', async () => {
    const { diga } = setup(() => new Response('<html>Bad gateway</html>', { status: 502 }))
    const error = await failureOf(diga.calls.create(body, { lookUp: false }))
    expect(error).toMatchObject({ code: 'HTTP_502', placed: 'maybe' })
    expect(error.message).not.toContain('<')
  })

  test.each([
    [301, 'redirect'],
    [401, 'API key'],
    [429, 'slow down'],
    [503, 'gateway'],
  ])('%i without a body says what to do about it', async (status, words) => {
    const { diga } = setup(() => new Response(null, { status }))
    const error = await failureOf(diga.calls.create(body, { maxRetries: 0, lookUp: false }))
    expect(error.message).toContain(words)
  })

  test('keep their status if their bodies break off or never end', async () => {
    for (const rest of [undefined, 'open' as const]) {
      const { diga, clock } = setup(() => new Response(stream('{"error_', rest), { status: 400 }))
      const error = await clock.run(failureOf(diga.calls.create(body)))
      expect(error).toMatchObject({ name: 'DigaApiError', status: 400, code: 'HTTP_400', placed: 'no' })
    }
  })

  test('keep their status if their bodies are too large', async () => {
    const { diga } = setup(
      () => new Response(stream(zeros(6 * MiB), zeros(6 * MiB), 'open'), { status: 500 }),
    )
    const error = await failureOf(diga.calls.create(body, { lookUp: false }))
    expect(error).toMatchObject({ name: 'DigaApiError', status: 500, placed: 'maybe' })
  })
})

describe('a read', () => {
  test.each(Object.entries(broken))(
    'that is answered with %s fails in the same way',
    async (_, { answer, error }) => {
      const clock = testClock()
      const { diga } = setup(answer, { maxRetries: 0 }, clock)
      const id = uuid()
      const thrown = await clock.run(failureOf(diga.calls.get(id)))
      expect(thrown).toMatchObject(error)
      expect(thrown.message).toContain(`GET /v1/call/${id}`)
      expect(thrown.message).not.toContain('placed')
      expect(thrown).not.toHaveProperty('placed')
      expect(clock.pending).toBe(0)
    },
  )

  test('of a page needs a list in it', async () => {
    for (const content of ['[]', '{}', '{"data":{}}', '{"data":null}', 'null', '<html>']) {
      const { diga } = setup(() => new Response(content))
      expect(await failureOf(diga.calls.list())).toMatchObject({ code: 'UNREADABLE_BODY', status: 200 })
      expect(await failureOf(diga.calls.messages(uuid()))).toMatchObject({ code: 'UNREADABLE_BODY' })
    }
  })

  test('of a call that does not exist keeps the code', async () => {
    const { diga } = setup(() =>
      json(404, { status: 'error', error_code: 'CALL_NOT_FOUND', message: 'There is none' }),
    )
    expect(await failureOf(diga.calls.get(uuid()))).toMatchObject({ code: 'CALL_NOT_FOUND', status: 404 })
  })
})
