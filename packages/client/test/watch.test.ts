import { type Call, hasEnded, type WatchOptions } from '@digame/client'
import type { TestClock } from '@digame/test-support'
import { describe, expect, test } from 'vitest'
import { failureOf, type Handler, json, reset, type Setup, setup, silence } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, uuid } from './support/service.ts'

const id = uuid()
type Step = [afterMs: number, status: string, more?: Partial<Call>]

/** A call that lives through these steps, counted from its beginning. */
function life(clock: TestClock, ...steps: Step[]): Handler {
  const begun = clock.elapsed()
  return () => {
    const past = steps.filter(([afterMs]) => clock.elapsed() - begun >= afterMs)
    const [, status, more] = past.at(-1) as Step
    return json(200, callOf({ id, status, ...more }))
  }
}

function follow(handler: Handler | Step[], options: Parameters<typeof setup>[1] = {}): Setup {
  const clock = testClock()
  return setup(typeof handler === 'function' ? handler : life(clock, ...handler), options, clock)
}

async function watched({ diga, clock }: Setup, options: WatchOptions = {}): Promise<Call[]> {
  const changes: Call[] = []
  await clock.run(
    (async () => {
      for await (const call of diga.calls.watch(id, options)) changes.push(call)
    })(),
  )
  return changes
}

const gaps = ({ requests }: Setup) =>
  requests.slice(1).map(({ at }, index) => Math.round(at - (requests[index]?.at ?? 0)))

const whole: Step[] = [
  [0, 'dialing'],
  [5000, 'in_queue'],
  [9000, 'in_progress'],
  [90_000, 'completed', { end_reason: 'user_hang_up', end_time: '2026-07-01T10:01:30Z' }],
]

describe('watch', () => {
  test('yields each change of status once, and ends with the call', async () => {
    const made = follow(whole)
    const changes = await watched(made)
    expect(changes.map(({ status }) => status)).toEqual(['dialing', 'in_queue', 'in_progress', 'completed'])
    expect(changes.at(-1)?.end_reason).toBe('user_hang_up')
    expect(made.clock.pending).toBe(0)
    for (const { path } of made.requests) expect(path).toBe(`/v1/call/${id}`)
  })

  test('yields a call that has ended once', async () => {
    const made = follow([[0, 'no_answer']])
    expect((await watched(made)).map(({ status }) => status)).toEqual(['no_answer'])
    expect(made.requests).toHaveLength(1)
  })

  test('polls each second while it is dialing or queued, and more and more slowly during a conversation', async () => {
    const made = follow([
      [0, 'dialing'],
      [2500, 'in_queue'],
      [5500, 'in_progress'],
      [200_000, 'completed'],
    ])
    await watched(made)
    const waits = gaps(made)
    expect(waits.slice(0, 6)).toEqual([1000, 1000, 1000, 1000, 1000, 1000])
    expect(waits.slice(6, 12)).toEqual([1000, 1250, 1563, 1953, 2441, 3052])
    expect(Math.max(...waits)).toBe(10_000)
    expect(waits.at(-1)).toBe(10_000)
  })

  test('takes its pace from `intervalMs`', async () => {
    const made = follow([
      [0, 'dialing'],
      [900, 'in_progress'],
      [60_000, 'completed'],
    ])
    await watched(made, { intervalMs: 300 })
    expect(gaps(made).slice(0, 5)).toEqual([300, 300, 300, 300, 375])
    expect(Math.max(...gaps(made))).toBe(3000)
  })

  test.each([
    [0, 800],
    [0.999_999, 1200],
  ])('spreads its polls: %d', async (random, waitMs) => {
    const made = follow(
      [
        [0, 'dialing'],
        [5000, 'completed'],
      ],
      { random: () => random },
    )
    await watched(made)
    for (const wait of gaps(made)) expect(wait).toBe(waitMs)
  })

  test('counts an unknown status as a change', async () => {
    const made = follow([
      [0, 'dialing'],
      [2000, 'ringing_twice'],
      [5000, 'completed'],
    ])
    expect((await watched(made)).map(({ status }) => status)).toEqual([
      'dialing',
      'ringing_twice',
      'completed',
    ])
  })

  test.each<Partial<Call>>([{ end_time: '2026-07-01T10:00:05Z' }, { end_reason: 'hangup' }])(
    'ends with a status that is new when it has %j',
    async (more) => {
      const made = follow([
        [0, 'evaporated'],
        [5000, 'evaporated', more],
      ])
      const changes = await watched(made)
      expect(changes.map(hasEnded)).toEqual([false, true])
      expect(changes.at(-1)).toMatchObject(more)
    },
  )

  test('sends nothing before it is iterated, and nothing after a break', async () => {
    const made = follow(whole)
    const watching = made.diga.calls.watch(id)
    await made.clock.advance(1000)
    expect(made.requests).toEqual([])
    for await (const call of watching) {
      expect(call.status).toBe('dialing')
      break
    }
    await made.clock.advance(60_000)
    expect(made.requests).toHaveLength(1)
    expect(made.clock.pending).toBe(0)
  })

  test.each([Number.NaN, -1])('refuses %d for a span: it would look without a pause', async (value) => {
    const made = follow(whole)
    for (const options of [{ intervalMs: value }, { deadlineMs: value }]) {
      expect(await failureOf(made.diga.calls.wait(id, options))).toMatchObject({ code: 'INVALID_OPTION' })
    }
    expect(made.requests).toEqual([])
  })
})

describe('passing failures', () => {
  test('do not end a watch', async () => {
    let looks = 0
    const clock = testClock()
    const call = life(
      clock,
      [0, 'dialing'],
      [60_000, 'in_queue'],
      [200_000, 'in_progress'],
      [900_000, 'completed'],
    )
    const faults: Handler[] = [
      () => json(503, {}),
      () => Promise.reject(reset()),
      (request) => silence(request),
      () => json(429, {}, { 'retry-after': '120' }),
      () => new Response(new ReadableStream({ pull: (to) => to.error(new Error('cut')) })),
    ]
    const made = setup(
      (request) => (looks++ % 2 ? (faults[looks % 5] as Handler)(request) : call(request)),
      {},
      clock,
    )
    const changes = await watched(made, { maxRetries: 0 })
    expect(changes.map(({ status }) => status)).toEqual(['dialing', 'in_queue', 'in_progress', 'completed'])
  })

  test('make the waits ever longer, and end the watch after ten in a row', async () => {
    const made = follow(() => json(503, {}))
    expect(await made.clock.run(failureOf(made.diga.calls.wait(id, { maxRetries: 0 })))).toMatchObject({
      name: 'DigaApiError',
      status: 503,
    })
    expect(gaps(made)).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000])
  })

  test('are followed by the wait that the service asks for', async () => {
    let looks = 0
    const made = follow(() =>
      looks++ === 0
        ? json(429, {}, { 'retry-after': '120' })
        : json(200, callOf({ id, status: 'completed' })),
    )
    await made.clock.run(made.diga.calls.wait(id, { maxRetries: 0 }))
    expect(gaps(made)).toEqual([120_000])
  })

  test('are counted from zero after a poll that succeeds', async () => {
    let looks = 0
    const made = follow(() => (looks++ % 10 === 9 ? json(200, callOf({ id })) : json(503, {})))
    const waiting = made.diga.calls.wait(id, { maxRetries: 0, deadlineMs: 3_600_000 })
    expect(await made.clock.run(failureOf(waiting))).toMatchObject({ code: 'DEADLINE' })
    expect(looks).toBeGreaterThan(30)
  })

  test.each([400, 401, 403, 404, 410, 501])('are not %i, which ends a watch at once', async (status) => {
    const made = follow(() => json(status, {}))
    expect(await made.clock.run(failureOf(made.diga.calls.wait(id)))).toMatchObject({ status })
    expect(made.requests).toHaveLength(1)
  })

  test('do not include a response that cannot be read', async () => {
    const made = follow(() => new Response('<html>'))
    expect(await made.clock.run(failureOf(made.diga.calls.wait(id)))).toMatchObject({
      code: 'UNREADABLE_BODY',
    })
  })
})

describe('wait', () => {
  test('returns the call as it ended', async () => {
    const made = follow(whole)
    const call = await made.clock.run(made.diga.calls.wait(id))
    expect(call).toMatchObject({ id, status: 'completed', end_reason: 'user_hang_up' })
  })

  test('has no deadline of its own', async () => {
    const made = follow([
      [0, 'in_progress'],
      [30 * 86_400_000, 'completed'],
    ])
    // A month of looks every ten seconds is too long for a test; a look every hour is not.
    const call = await made.clock.run(made.diga.calls.wait(id, { intervalMs: 3_600_000 }))
    expect(call.status).toBe('completed')
  })

  test('ends by its deadline', async () => {
    const made = follow([[0, 'in_progress']])
    const begun = made.clock.elapsed()
    const error = await made.clock.run(failureOf(made.diga.calls.wait(id, { deadlineMs: 45_678 })))
    expect(error).toMatchObject({ name: 'DigaTimeoutError', code: 'DEADLINE' })
    expect(error.message).toBe(`GET /v1/call/${id}: after 45678 ms the call had not ended; it goes on.`)
    expect(error.cause).toBeUndefined()
    expect(made.clock.elapsed() - begun).toBe(45_678)
    expect(made.clock.pending).toBe(0)
  })

  test('says that the call could not be read, and why', async () => {
    const made = follow(() => json(503, {}))
    const error = await made.clock.run(
      failureOf(made.diga.calls.wait(id, { deadlineMs: 5000, maxRetries: 0 })),
    )
    expect(error.message).toBe(`GET /v1/call/${id}: after 5000 ms the call could not be read.`)
    expect(error.cause).toMatchObject({ code: 'HTTP_503' })
  })

  test('ends by its deadline during a poll', async () => {
    for (const deaf of [false, true]) {
      const made = follow((request) => silence(request, deaf))
      const begun = made.clock.elapsed()
      const error = await made.clock.run(failureOf(made.diga.calls.wait(id, { deadlineMs: 5000 })))
      expect(error).toMatchObject({ code: 'DEADLINE' })
      expect(made.clock.elapsed() - begun).toBe(5000)
    }
  })

  test('is aborted at once: between polls, during one, and before the first', async () => {
    const reason = new Error('enough')
    for (const handler of [
      life(testClock(), [0, 'dialing']),
      (request: { signal: AbortSignal }) => silence(request, true),
    ]) {
      const made = follow(handler)
      const controller = new AbortController()
      const options = { signal: controller.signal, deadlineMs: 60_000 }
      const waiting = failureOf(made.diga.calls.wait(id, options))
      await made.clock.advance(500)
      controller.abort(reason)
      await made.clock.flush()
      expect(await waiting).toMatchObject({ name: 'DigaAbortError', code: 'ABORTED', cause: reason })
      expect(made.requests).toHaveLength(1)
      expect(made.clock.pending).toBe(0)
    }
    const made = follow(whole)
    const waiting = made.diga.calls.wait(id, { signal: AbortSignal.abort(reason) })
    expect(await failureOf(waiting)).toMatchObject({ name: 'DigaAbortError', cause: reason })
    expect(made.requests).toEqual([])
  })

  test('refuses an invalid id', async () => {
    const made = follow(whole)
    expect(await failureOf(made.diga.calls.wait('17'))).toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})
