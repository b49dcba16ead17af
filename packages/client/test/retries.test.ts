import { describe, expect, test } from 'vitest'
import { body, failureOf, json, reset, type Setup, setup } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, uuid } from './support/service.ts'

const limited = (headers: Record<string, string> = {}) => json(429, {}, headers)
const placed = () => json(201, callOf({ dynamic_variables: null }))

/** Responds with each of these in turn, and with the last one for ever. */
const inTurn = (...answers: (() => Response)[]) => {
  const rest = [...answers]
  return () => (rest.length > 1 ? (rest.shift() as () => Response) : (rest[0] as () => Response))()
}

/** Milliseconds between the sends. */
const gaps = (requests: readonly { at: number }[]) =>
  requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0))

describe('a create that gets a 429', () => {
  test('is sent again, twice at most', async () => {
    const { diga, clock, posts } = setup(() => limited())
    const error = await clock.run(failureOf(diga.calls.create(body, { idempotencyKey: 'one' })))
    expect(error).toMatchObject({
      status: 429,
      placed: 'no',
      idempotencyKey: 'one',
      sentAt: expect.any(Date),
    })
    expect(error.candidates).toBeUndefined()
    expect(posts).toHaveLength(3)
  })

  test('resolves when it is accepted', async () => {
    const { diga, clock, posts, events } = setup(inTurn(limited, limited, placed))
    expect(await clock.run(diga.calls.create(body))).toHaveProperty('id')
    expect(posts).toHaveLength(3)
    expect(events.map(({ type }) => type)).toEqual([
      'request',
      'response',
      'retry',
      'request',
      'response',
      'retry',
      'request',
      'response',
    ])
    expect(events.filter(({ type }) => type === 'request')).toMatchObject([
      { retry: 0 },
      { retry: 1 },
      { retry: 2 },
    ])
    expect(events[2]).toEqual({
      type: 'retry',
      method: 'POST',
      path: '/v1/call/',
      requestId: posts[0]?.headers['x-request-id'],
      delayMs: 250,
      reason: 'HTTP_429',
    })
  })

  test.each([0, 1, 5])(
    "is sent again %i times when its options say so, against the client's",
    async (maxRetries) => {
      const { diga, clock, posts } = setup(() => limited(), { maxRetries: 3 })
      await clock.run(failureOf(diga.calls.create(body, { maxRetries })))
      expect(posts).toHaveLength(maxRetries + 1)
    },
  )

  test("is sent again as often as the client's `maxRetries` says", async () => {
    const { diga, clock, posts } = setup(() => limited(), { maxRetries: 1 })
    await clock.run(failureOf(diga.calls.create(body)))
    expect(posts).toHaveLength(2)
  })

  test('keeps when it was sent first', async () => {
    const { diga, clock } = setup(
      inTurn(
        () => limited({ 'retry-after': '7' }),
        () => json(500, {}),
      ),
    )
    const begun = new Date(clock.now())
    const error = await clock.run(failureOf(diga.calls.create(body, { lookUp: false })))
    expect(error).toMatchObject({ status: 500, placed: 'maybe', sentAt: begun })
  })

  test.each([
    [0, [0, 0, 0, 0, 0, 0]],
    [0.5, [250, 500, 1000, 2000, 4000, 4000]],
    [0.999_999, [500, 1000, 2000, 4000, 8000, 8000]],
  ])('waits with full jitter: %d', async (random, waits) => {
    const { diga, clock, posts } = setup(() => limited(), { maxRetries: 6, random: () => random })
    await clock.run(failureOf(diga.calls.create(body)))
    expect(gaps(posts).map(Math.round)).toEqual(waits)
  })
})

describe('only a certain refusal is sent again:', () => {
  const others = [
    301, 302, 303, 307, 308, 400, 401, 403, 404, 408, 409, 412, 421, 422, 425, 500, 502, 503, 504,
  ]
  test.each(others)('not %i', async (status) => {
    const { diga, clock, posts } = setup((request) =>
      request.method === 'POST'
        ? new Response(null, { status, headers: { 'retry-after': '1' } })
        : json(200, { data: [], has_more: false }, { date: new Date(0).toUTCString() }),
    )
    await clock.run(failureOf(diga.calls.create(body)))
    expect(posts).toHaveLength(1)
  })

  test('not a lost connection', async () => {
    const { diga, clock, posts } = setup(() => Promise.reject(reset()))
    await clock.run(failureOf(diga.calls.create(body)))
    expect(posts).toHaveLength(1)
  })
})

describe('Retry-After', () => {
  const now = 'Wed, 01 Jul 2026 10:00:00 GMT'
  const later = 'Wed, 01 Jul 2026 10:00:20 GMT'
  const jitter = 250

  test.each<[what: string, headers: Record<string, string>, waitMs: number | undefined]>([
    ['in seconds', { 'retry-after': '7' }, 7000],
    ['in seconds, among blanks', { 'retry-after': ' 7 ' }, 7000],
    ['in parts of a second', { 'retry-after': '0.25' }, 250],
    ['of no seconds', { 'retry-after': '0' }, 0],
    ['of a minute', { 'retry-after': '60' }, 60_000],
    ['of more than a minute', { 'retry-after': '61' }, undefined],
    ['of a year', { 'retry-after': '31536000' }, undefined],
    ['of more digits than a number has', { 'retry-after': '9'.repeat(400) }, undefined],
    ["as a date, by the answer's own clock", { 'retry-after': later, date: now }, 20_000],
    [
      "as a date, by the answer's own clock, an hour off",
      { 'retry-after': 'Wed, 01 Jul 2026 11:00:20 GMT', date: 'Wed, 01 Jul 2026 11:00:00 GMT' },
      20_000,
    ],
    ['as a date, without a clock', { 'retry-after': later }, 20_000],
    ['as a date, with a broken clock', { 'retry-after': later, date: 'today' }, 20_000],
    ['as a date that has passed', { 'retry-after': now, date: later }, 0],
    ['as a date too far away', { 'retry-after': 'Wed, 01 Jul 2026 10:01:01 GMT', date: now }, undefined],
    ['that is empty', { 'retry-after': '' }, jitter],
    ['that is negative', { 'retry-after': '-5' }, jitter],
    ['that is a word', { 'retry-after': 'soon' }, jitter],
    ['that is a word and a number', { 'retry-after': 'in 5' }, jitter],
    ['that came twice', { 'retry-after': '5, 10' }, jitter],
    ['with a unit', { 'retry-after': '5 s' }, jitter],
    ['in hexadecimal', { 'retry-after': '0x5' }, jitter],
    ['without end', { 'retry-after': 'Infinity' }, jitter],
  ])('%s', async (_, headers, waitMs) => {
    const { diga, clock, posts } = setup(inTurn(() => limited(headers), placed))
    const end = await clock.run(
      diga.calls.create(body).then(
        () => 'placed',
        (error: { code: string }) => error.code,
      ),
    )
    expect(end).toBe(waitMs === undefined ? 'HTTP_429' : 'placed')
    expect(gaps(posts)).toEqual(waitMs === undefined ? [] : [waitMs])
  })

  test('is never negative', async () => {
    const past = limited.bind(undefined, { 'retry-after': now, date: later })
    const { diga, clock, events } = setup(inTurn(past, placed))
    await clock.run(diga.calls.create(body))
    expect(events.filter(({ type }) => type === 'retry')).toMatchObject([{ delayMs: 0 }])
  })

  test('is on the error as `retryAfterMs`', async () => {
    const { diga } = setup(() => limited({ 'retry-after': '61' }))
    expect(await failureOf(diga.calls.create(body))).toMatchObject({ retryAfterMs: 61_000, placed: 'no' })
  })
})

describe('`notAfter`', () => {
  const inMs = (ms: number) => new Date(testClock().now() + ms)

  test('in the past sends nothing', async () => {
    for (const ms of [0, -1, -1e12]) {
      const { diga, clock, requests, events } = setup(placed)
      const error = await failureOf(diga.calls.create(body, { notAfter: inMs(ms), idempotencyKey: 'one' }))
      expect(events).toEqual([])
      expect(error).toMatchObject({
        name: 'DigaTimeoutError',
        code: 'NOT_AFTER',
        placed: 'no',
        idempotencyKey: 'one',
      })
      expect(error.sentAt).toBeUndefined()
      expect(requests).toEqual([])
      expect(clock.pending).toBe(0)
      await clock.run(diga.calls.create(body, { idempotencyKey: 'one' }))
      expect(requests).toHaveLength(1)
    }
  })

  test('that passes while a hook takes its time sends nothing', async () => {
    const made: Setup = setup(placed, { onEvent: () => made.clock.step(1000) })
    const error = await failureOf(made.diga.calls.create(body, { notAfter: inMs(1000) }))
    expect(error).toMatchObject({ code: 'NOT_AFTER', placed: 'no' })
    expect(made.requests).toEqual([])
  })

  test('in the future sends', async () => {
    const { diga, posts } = setup(placed)
    await diga.calls.create(body, { notAfter: inMs(1) })
    expect(posts).toHaveLength(1)
  })

  test('that passes while waiting sends nothing more', async () => {
    const { diga, clock, posts } = setup(() => limited({ 'retry-after': '30' }))
    const error = await clock.run(failureOf(diga.calls.create(body, { notAfter: inMs(30_000) })))
    expect(error).toMatchObject({ code: 'NOT_AFTER', placed: 'no', sentAt: expect.any(Date) })
    expect(posts).toHaveLength(1)
  })

  test('that has not passed yet sends again', async () => {
    const { diga, clock, posts } = setup(inTurn(() => limited({ 'retry-after': '30' }), placed))
    await clock.run(diga.calls.create(body, { notAfter: inMs(30_001) }))
    expect(posts).toHaveLength(2)
  })

  test('counts on the wall clock: a machine that slept sends nothing', async () => {
    const { diga, clock, posts } = setup(() => limited({ 'retry-after': '1' }))
    const placing = failureOf(diga.calls.create(body, { notAfter: inMs(3_600_000) }))
    await clock.flush()
    clock.step(7_200_000)
    expect(await clock.run(placing)).toMatchObject({ code: 'NOT_AFTER', placed: 'no' })
    expect(posts).toHaveLength(1)
  })

  test('uses the monotonic clock: setting the wall clock back sends nothing', async () => {
    const { diga, clock, posts } = setup(() => limited({ 'retry-after': '20' }))
    const placing = failureOf(diga.calls.create(body, { notAfter: inMs(10_000) }))
    await clock.flush()
    clock.step(-3_600_000)
    expect(await clock.run(placing)).toMatchObject({ code: 'NOT_AFTER', placed: 'no' })
    expect(posts).toHaveLength(1)
  })

  test('is checked right before the send, after every hook', async () => {
    const clock = testClock()
    const made = setup(
      placed,
      {
        onEvent: ({ type }) => {
          if (type === 'request') clock.step(60_000)
        },
      },
      clock,
    )
    expect(await failureOf(made.diga.calls.create(body, { notAfter: inMs(30_000) }))).toMatchObject({
      code: 'NOT_AFTER',
    })
    expect(made.requests).toEqual([])
  })
})

describe('a read', () => {
  test.each([408, 429, 500, 502, 503, 504])('that gets a %i is repeated', async (status) => {
    const call = callOf()
    const { diga, clock, requests } = setup(
      inTurn(
        () => json(status, {}),
        () => json(200, call),
      ),
    )
    expect(await clock.run(diga.calls.get(call.id))).toEqual(call)
    expect(requests).toHaveLength(2)
  })

  test.each([301, 307, 400, 401, 403, 404, 410, 422, 501])(
    'that gets a %i is not repeated',
    async (status) => {
      const { diga, clock, requests } = setup(() => json(status, {}))
      expect(await clock.run(failureOf(diga.calls.get(uuid())))).toMatchObject({ status })
      expect(requests).toHaveLength(1)
    },
  )

  test('is repeated twice at most', async () => {
    const { diga, clock, requests } = setup(() => Promise.reject(reset()))
    expect(await clock.run(failureOf(diga.calls.get(uuid())))).toMatchObject({ code: 'CONNECTION' })
    expect(requests).toHaveLength(3)
    expect(gaps(requests)).toEqual([250, 500])
  })

  test('is not repeated with `maxRetries: 0`', async () => {
    const { diga, clock, requests } = setup(() => json(503, {}))
    await clock.run(failureOf(diga.calls.get(uuid(), { maxRetries: 0 })))
    await clock.run(failureOf(diga.calls.list({}, { maxRetries: 0 })))
    await clock.run(failureOf(diga.calls.messages(uuid(), {}, { maxRetries: 0 })))
    expect(requests).toHaveLength(3)
  })

  test('waits for as long as `Retry-After` asks, up to a minute', async () => {
    const asked = (seconds: string) => () => json(503, {}, { 'retry-after': seconds })
    const { diga, clock, requests } = setup(inTurn(asked('60'), asked('61')))
    expect(await clock.run(failureOf(diga.calls.get(uuid())))).toMatchObject({
      status: 503,
      retryAfterMs: 61_000,
    })
    expect(gaps(requests)).toEqual([60_000])
  })

  test.each([Number.NaN, -1])('refuses %d for a count or a span', async (value) => {
    const { diga, requests } = setup(() => json(200, callOf()))
    for (const options of [{ maxRetries: value }, { timeoutMs: value }]) {
      expect(await failureOf(diga.calls.get(uuid(), options))).toMatchObject({ code: 'INVALID_OPTION' })
      expect(await failureOf(diga.calls.list({}, options))).toMatchObject({ code: 'INVALID_OPTION' })
    }
    expect(requests).toEqual([])
  })
})
