import { Diga } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { apiKey, body, failureOf, type Handler, json, type Setup, setup, silence } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, createService, type Fate, type Service, type ServiceOptions } from './support/service.ts'

const one = { idempotencyKey: 'one' }
const lost: Fate = { placed: true, answer: 'reset' }
const dropped: Fate = { placed: false, answer: 'reset' }

/** A client on the little service. */
function serve(
  options: ServiceOptions = {},
  client: Parameters<typeof setup>[1] = {},
): Setup & { service: Service } {
  const clock = testClock()
  const service = createService(clock, options)
  return { ...setup(service.handler, client, clock), service }
}

const lists = ({ requests }: Setup) => requests.filter(({ method }) => method === 'GET').length

describe('a key in flight', () => {
  test('returns the same call to everybody, sent once', async () => {
    const { diga, clock, posts } = serve()
    const calls = await clock.run(
      Promise.all([diga.calls.create(body, one), diga.calls.create(body, one), diga.calls.create(body, one)]),
    )
    expect(posts).toHaveLength(1)
    expect(calls[1]).toBe(calls[0])
    expect(calls[2]).toBe(calls[0])
  })

  test('rejects with an equal error for everybody', async () => {
    const { diga, clock, posts } = setup(() => json(400, {}))
    const asking = [diga.calls.create(body, one), diga.calls.create(body, one)]
    const [first, second] = await clock.run(Promise.all(asking.map((one) => failureOf(one))))
    expect(first).toStrictEqual(second)
    expect(posts).toHaveLength(1)
  })

  test('is joined while it waits to be sent again', async () => {
    const { diga, clock, posts, service } = serve()
    service.next({ placed: false, answer: 429, headers: { 'retry-after': '30' } })
    const first = diga.calls.create(body, one)
    await clock.advance(10_000)
    const second = diga.calls.create(body, one)
    const calls = await clock.run(Promise.all([first, second]))
    expect(calls[0]).toBe(calls[1])
    expect(posts).toHaveLength(2)
  })

  test('is joined while its call is looked up', async () => {
    const { diga, clock, posts, service } = serve({ lagMs: 5000 })
    service.next(lost)
    const first = diga.calls.create(body, one)
    await clock.advance(1500)
    const second = diga.calls.create(body, one)
    const calls = await clock.run(Promise.all([first, second]))
    expect(calls[0]).toBe(calls[1])
    expect(posts).toHaveLength(1)
  })

  test('is not disturbed by other keys', async () => {
    const { diga, clock, service } = serve()
    await clock.run(
      Promise.all(['a', 'b', 'c'].map((idempotencyKey) => diga.calls.create(body, { idempotencyKey }))),
    )
    expect(service.calls.map(({ dynamic_variables }) => dynamic_variables?.['digame_key'])).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})

describe('a key that succeeded', () => {
  test('returns the same call again, without sending', async () => {
    const { diga, clock, requests } = serve()
    const first = await clock.run(diga.calls.create(body, one))
    expect(await clock.run(diga.calls.create({ ...body }, one))).toBe(first)
    expect(await clock.run(diga.calls.create(body, { ...one, lookUp: false, maxRetries: 0 }))).toBe(first)
    expect(requests).toHaveLength(1)
  })

  test('returns a call that was looked up again, too', async () => {
    const { diga, clock, posts, service } = serve()
    service.next(lost)
    const first = await clock.run(diga.calls.create(body, one))
    expect(await clock.run(diga.calls.create(body, one))).toBe(first)
    expect(posts).toHaveLength(1)
  })

  test('does so after a day', async () => {
    const { diga, clock, posts } = serve()
    const first = await clock.run(diga.calls.create(body, one))
    await clock.advance(86_400_000)
    expect(await clock.run(diga.calls.create(body, one))).toBe(first)
    expect(posts).toHaveLength(1)
  })

  test('is known to this client alone', async () => {
    const { diga, clock, posts, service } = serve()
    await clock.run(diga.calls.create(body, one))
    const other = setup(service.handler, {}, clock)
    await clock.run(other.diga.calls.create(body, one))
    expect([posts.length, other.posts.length]).toEqual([1, 1])
  })
})

test('another order of names is the same body', async () => {
  const { diga, posts } = setup(() => json(201, callOf()))
  const options = { idempotencyKey: 'one' }
  const { from_number, to_number } = body
  const variables = { a: '1', b: '2' }
  const call = await diga.calls.create({ from_number, to_number, dynamic_variables: variables }, options)
  const again = { dynamic_variables: { b: '2', a: '1' }, to_number, from_number }
  expect(await diga.calls.create(again, options)).toBe(call)
  const other = { ...again, dynamic_variables: { b: '1', a: '2' } }
  expect(await failureOf(diga.calls.create(other, options))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  expect(posts).toHaveLength(1)
})

describe('a key that ended in doubt', () => {
  test('is never sent again: another create looks the call up, and finds it', async () => {
    const { diga, clock, posts, service, events } = serve({ lagMs: 60_000 })
    service.next(lost)
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(error.placed).toBe('maybe')
    await clock.advance(60_000)
    const call = await clock.run(diga.calls.create(body, one))
    expect(call.id).toBe(service.calls[0]?.id)
    expect(posts).toHaveLength(1)
    expect(events).toContainEqual({ type: 'recovered', idempotencyKey: 'one', callId: call.id })
  })

  test('throws as before for as long as the call is not found', async () => {
    const made = serve()
    const { diga, clock, posts, service } = made
    service.next(dropped)
    const first = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(first.cause).toMatchObject({ name: 'TypeError' })
    for (let again = 0; again < 5; again++) {
      const before = lists(made)
      const error = await clock.run(failureOf(diga.calls.create(body, one)))
      expect(error).toMatchObject({
        name: first.name,
        code: first.code,
        message: first.message,
        placed: 'maybe',
        idempotencyKey: 'one',
        sentAt: first.sentAt,
        requestId: first.requestId,
        cause: first.cause,
        candidates: [],
      })
      expect(lists(made)).toBe(before + 1)
    }
    expect(posts).toHaveLength(1)
  })

  test.each([
    ['a lost connection', { placed: false, answer: 'reset' }],
    ['silence', { placed: false, answer: 'silence' }],
    ['500', { placed: false, answer: 500 }],
    ['503 with Retry-After', { placed: false, answer: 503, headers: { 'retry-after': '1' } }],
    ['408', { placed: false, answer: 408 }],
    ['409', { placed: false, answer: 409 }],
    ['303', { placed: false, answer: 303 }],
    ['HTML', { placed: false, answer: 'html' }],
    ['half a body', { placed: false, answer: 'half' }],
    ['a refusal that a fetch of the caller tells of', { placed: false, answer: 'refused' }],
  ] as [string, Fate][])('is not sent again after %s', async (_, fate) => {
    const { diga, clock, posts, service } = serve()
    service.next(fate)
    for (const options of [{}, { maxRetries: 9 }, { lookUp: false }, { timeoutMs: 5 }]) {
      expect(await clock.run(failureOf(diga.calls.create(body, { ...one, ...options })))).toMatchObject({
        placed: 'maybe',
      })
    }
    expect(posts).toHaveLength(1)
  })

  test('throws the same error at once with `lookUp: false`', async () => {
    const made = serve()
    made.service.next(lost)
    const ask = () => failureOf(made.diga.calls.create(body, { ...one, lookUp: false }))
    const first = await made.clock.run(ask())
    expect(first.candidates).toBeUndefined()
    expect(await ask()).toStrictEqual(first)
    expect(lists(made)).toBe(0)
    expect(made.posts).toHaveLength(1)
  })

  test('is looked up once for all creates at the same time', async () => {
    const made = serve({ lagMs: 60_000 })
    const { diga, clock, posts, service } = made
    service.next(lost)
    await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    await clock.advance(60_000)
    const calls = await clock.run(Promise.all([diga.calls.create(body, one), diga.calls.create(body, one)]))
    expect(calls[0]).toBe(calls[1])
    expect(lists(made)).toBe(1)
    expect(posts).toHaveLength(1)
  })

  test('without a marker is neither sent nor looked up again', async () => {
    const { diga, clock, requests, service } = serve({}, { marker: false })
    service.next(lost)
    const first = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(first.candidates).toBeUndefined()
    expect(await clock.run(failureOf(diga.calls.create(body, one)))).toMatchObject({
      code: first.code,
      placed: 'maybe',
    })
    expect(requests).toHaveLength(1)
  })
})

describe('a key whose create made no call', () => {
  test.each([400, 401, 422, 429, 307])('is free again after %i', async (answer) => {
    const { diga, clock, posts, service } = serve()
    service.next({ placed: false, answer })
    const error = await clock.run(failureOf(diga.calls.create(body, { ...one, maxRetries: 0 })))
    expect(error.placed).toBe('no')
    const call = await clock.run(diga.calls.create(body, one))
    expect(call.id).toBe(service.calls[0]?.id)
    expect(posts).toHaveLength(2)
  })

  test('is free for another body', async () => {
    const { diga, clock, posts, service } = serve()
    service.next({ placed: false, answer: 400 })
    await clock.run(failureOf(diga.calls.create(body, one)))
    await clock.run(diga.calls.create({ ...body, to_number: '+34600000009' }, one))
    expect(posts).toHaveLength(2)
  })
})

describe('a key with another body is an error', () => {
  const other = { ...body, dynamic_variables: { name: 'Eva' } }
  const reused = { name: 'DigaInvalidCallError', code: 'IDEMPOTENCY_KEY_REUSED', idempotencyKey: 'one' }

  test('in flight', async () => {
    const { diga, clock, posts } = serve()
    const first = diga.calls.create(body, one)
    expect(await failureOf(diga.calls.create(other, one))).toMatchObject(reused)
    await clock.run(first)
    expect(posts).toHaveLength(1)
  })

  test('when it has succeeded', async () => {
    const { diga, clock, posts } = serve()
    await clock.run(diga.calls.create(body, one))
    expect(await failureOf(diga.calls.create(other, one))).toMatchObject({ ...reused, placed: 'maybe' })
    expect(posts).toHaveLength(1)
  })

  test('in doubt, and says since when', async () => {
    const { diga, clock, requests, service } = serve()
    service.next(lost)
    const { sentAt } = await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    expect(await failureOf(diga.calls.create(other, one))).toMatchObject({
      ...reused,
      placed: 'maybe',
      sentAt,
    })
    expect(requests).toHaveLength(1)
  })
})

describe('of more than 10,000 keys', { timeout: 60_000 }, () => {
  /** Without onEvent: searching this many events for secrets would take too long. */
  const bulk = (handler: Handler) => {
    const { fetch, clock, posts } = setup(handler)
    return { diga: new Diga({ apiKey, baseUrl: 'http://api.test', fetch, clock }), clock, posts }
  }

  test('the oldest that succeeded is forgotten first', async () => {
    const call = callOf({ dynamic_variables: null })
    const { diga, posts } = bulk(() => json(201, call))
    const ask = (key: number) => diga.calls.create(body, { idempotencyKey: `k${key}` })
    const last = 20_500
    for (let key = 0; key <= last; key++) await ask(key)
    expect(posts).toHaveLength(last + 1)
    await ask(last - 9999)
    await ask(last)
    expect(posts).toHaveLength(last + 1)
    await ask(last - 10_000)
    expect(posts).toHaveLength(last + 2)
    await ask(last - 10_000)
    expect(posts).toHaveLength(last + 2)
  })

  test('those in doubt and in flight are kept while placed ones are forgotten', async () => {
    const call = callOf({ dynamic_variables: null })
    const fates: Record<string, 'doubt' | 'hang'> = { doubt: 'doubt', flight: 'hang' }
    const { diga, clock, posts } = bulk((request) => {
      if (request.method === 'GET') return json(500, {})
      const fate = fates[request.body.dynamic_variables.digame_key]
      if (fate === 'doubt') return json(500, {})
      return fate === 'hang' ? silence(request) : json(201, call)
    })
    await failureOf(diga.calls.create(body, { idempotencyKey: 'doubt', lookUp: false }))
    const flight = diga.calls.create(body, { idempotencyKey: 'flight', lookUp: false })
    for (let key = 0; key < 10_050; key++) await diga.calls.create(body, { idempotencyKey: `k${key}` })
    const sent = posts.length
    await failureOf(diga.calls.create(body, { idempotencyKey: 'doubt', lookUp: false }))
    const joined = diga.calls.create(body, { idempotencyKey: 'flight', lookUp: false })
    expect(posts).toHaveLength(sent)
    await diga.calls.create(body, { idempotencyKey: 'k50' })
    expect(posts).toHaveLength(sent)
    await diga.calls.create(body, { idempotencyKey: 'k49' })
    expect(posts).toHaveLength(sent + 1)
    const ends = await clock.run(Promise.all([failureOf(flight), failureOf(joined)]))
    expect(ends[0]).toStrictEqual(ends[1])
  })

  test('the oldest in doubt is forgotten when all are in doubt, never one in flight', async () => {
    const { diga, clock, posts } = bulk((request) =>
      request.body?.dynamic_variables.digame_key === 'flight' ? silence(request) : json(500, {}),
    )
    const flight = diga.calls.create(body, { idempotencyKey: 'flight', lookUp: false })
    await clock.flush()
    const ask = (key: number) =>
      diga.calls.create(body, { idempotencyKey: `k${key}`, lookUp: false }).catch(() => {})
    for (let key = 0; key < 10_001; key++) await ask(key)
    expect(posts).toHaveLength(10_002)
    await ask(1)
    const joined = diga.calls.create(body, { idempotencyKey: 'flight' })
    expect(posts).toHaveLength(10_002)
    await ask(0)
    expect(posts).toHaveLength(10_003)
    const ends = await clock.run(Promise.all([failureOf(flight), failureOf(joined)]))
    expect(ends[0]).toStrictEqual(ends[1])
  })

  test('one that was in doubt and is found is no longer forgotten with those in doubt', async () => {
    const call = callOf({ dynamic_variables: { digame_key: 'found' } })
    const { diga, clock, posts } = bulk(({ method }) =>
      method === 'POST'
        ? json(500, {})
        : json(200, { data: [call], has_more: false }, { date: new Date(clock.now()).toUTCString() }),
    )
    const found = { idempotencyKey: 'found' }
    await failureOf(diga.calls.create(body, { ...found, lookUp: false }))
    expect(await clock.run(diga.calls.create(body, found))).toEqual(call)
    for (let key = 0; key < 10_001; key++) {
      await diga.calls.create(body, { idempotencyKey: `k${key}`, lookUp: false }).catch(() => {})
    }
    const sent = posts.length
    expect(await diga.calls.create(body, found)).toEqual(call)
    expect(posts).toHaveLength(sent)
  })
})

test('`lookUp: false` has no effect on a create that joins one in progress', async () => {
  const { diga, clock, service, posts } = serve({ lagMs: 3000 })
  service.next(lost)
  const first = diga.calls.create(body, one)
  await clock.flush()
  const second = diga.calls.create(body, { ...one, lookUp: false })
  const calls = await clock.run(Promise.all([first, second]))
  expect(calls[0]).toBe(calls[1])
  expect(posts).toHaveLength(1)
})

test('the newest call that was placed is remembered, however many are in flight', {
  timeout: 60_000,
}, async () => {
  const call = callOf({ dynamic_variables: null })
  const { diga, posts, clock } = setup((request) =>
    request.body?.dynamic_variables.digame_key === 'newest' ? json(201, call) : silence(request),
  )
  const flights = Array.from({ length: 10_001 }, (_, key) =>
    diga.calls.create(body, { idempotencyKey: `k${key}`, lookUp: false }).catch(() => {}),
  )
  await diga.calls.create(body, { idempotencyKey: 'newest' })
  await diga.calls.create(body, { idempotencyKey: 'newest' })
  expect(posts).toHaveLength(10_002)
  await clock.run(Promise.all(flights))
})

describe('options are read once, before anything is awaited', () => {
  test('also if a class defines them as accessors', async () => {
    class Options {
      get idempotencyKey() {
        return 'one'
      }
      get notAfter() {
        return new Date(0)
      }
    }
    const { diga, requests } = serve()
    const error = await failureOf(diga.calls.create(body, new Options()))
    expect(error).toMatchObject({ code: 'NOT_AFTER', placed: 'no', idempotencyKey: 'one' })
    expect(requests).toEqual([])
  })

  test('and may be used again for the next call at once', async () => {
    const { diga, clock, requests } = serve()
    const notAfter = new Date(clock.now() - 1000)
    const options = { idempotencyKey: 'one', notAfter, headers: { 'x-lead': 'one' }, lookUp: false }
    const late = failureOf(diga.calls.create(body, options))
    notAfter.setTime(clock.now() + 60_000)
    const placing = diga.calls.create(body, options)
    options.idempotencyKey = 'two'
    options.headers['x-lead'] = 'two'
    expect(await late).toMatchObject({ code: 'NOT_AFTER', placed: 'no' })
    await placing.catch(() => {})
    expect(requests.every(({ headers }) => headers['x-lead'] === 'one')).toBe(true)
  })
})
