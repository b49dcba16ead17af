import { openSqliteLedger } from '@digame/dialer'
import { expect, test } from 'vitest'
import { createRig, numberOf } from './support/rig.ts'

const minute = 60_000

test('everybody is called once, and the run ends', async () => {
  const { clock, port, dialer, plan, states, events } = await createRig()
  const batch = await plan({ count: 5 })
  expect(await clock.run(dialer({ limits: { maxConcurrent: 2 } }).run())).toBe('done')
  expect(port.calls.map(({ to }) => to).sort()).toEqual([0, 1, 2, 3, 4].map(numberOf))
  expect(await states(batch)).toEqual({ done: 5 })
  expect(port.most).toBe(2)
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['joined', 'checked', 'sending', 'placed', 'ended', 'decided']),
  )
})

test('the ledger holds the attempt before its request leaves', async () => {
  const { clock, port, ledger, dialer, plan } = await createRig()
  const batch = await plan({ count: 2 })
  const seen: number[] = []
  port.deed = () => async () => {
    seen.push((await ledger.status(batch)).attempts.sending)
    return { placed: 'no', reason: 'lead_refused', code: 'NO' }
  }
  await clock.run(dialer().run())
  expect(seen).toEqual([1, 1])
})

test('the request has the planned values, and a key made of the ledger and the attempt', async () => {
  const { clock, port, ledger, dialer, plan, leads } = await createRig()
  const batch = await plan({ from: '+34910000009' })
  await clock.run(dialer().run())
  const [lead] = await leads(batch)
  expect(port.requests).toMatchObject([
    {
      from_number: '+34910000009',
      to_number: numberOf(0),
      dynamic_variables: { name: 'n0' },
      key: `${ledger.id}.${lead?.attempts[0]?.id}`,
    },
  ])
})

test('a lead that does not answer is called again by the table, then no more', async () => {
  const { clock, port, dialer, plan, states } = await createRig()
  port.deed = () => 'no_answer'
  const batch = await plan({ retries: { no_answer: [60_000, 180_000] } })
  await clock.run(dialer().run())
  const begun = port.calls.map(({ at }) => at)
  const gaps = begun.slice(1).map((at, index) => at - (begun[index] ?? 0) - port.lifeMs)

  expect(gaps.map((gap) => Math.floor(gap / 30_000))).toEqual([2, 6])
  expect(await states(batch)).toEqual({ exhausted: 1 })
})

test('a lead whose outcome is never tried again is done at once', async () => {
  const { clock, port, dialer, plan, leads } = await createRig()
  const outcomes = ['completed', 'transferred', 'other'] as const
  port.deed = ({ to_number }) => outcomes[Number(to_number.slice(-1))] ?? 'failed'
  const batch = await plan({ count: 3 })
  await clock.run(dialer({ limits: { maxConcurrent: 3 } }).run())
  expect((await leads(batch)).map(({ state, why }) => [state, why])).toEqual(
    outcomes.map((outcome) => ['done', outcome]),
  )
  expect(port.calls).toHaveLength(3)
})

test('a lead is called at most as often as its plan allows', async () => {
  const { clock, port, dialer, plan, states } = await createRig()
  port.deed = () => 'failed'
  const batch = await plan({ limits: { tries: 2 }, retries: { failed: [1000, 1000, 1000] } })
  await clock.run(dialer().run())
  expect(port.calls).toHaveLength(2)
  expect(await states(batch)).toEqual({ exhausted: 1 })
})

test('headroom stays free', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan({ count: 9 })
  await clock.run(dialer({ limits: { maxConcurrent: 5, headroom: 2 } }).run())
  expect(port.most).toBe(3)
})

test('calls of others on the account take slots', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan({ count: 9 })
  const others = 3
  const live = (): number => port.calls.filter(({ at }) => clock.now() < at + port.lifeMs).length
  const seen = {
    ...port,
    activeCalls: async function* () {
      for (;;) {
        yield others + live()
        await new Promise<void>((resolve) => clock.after(100, resolve))
      }
    },
  }
  await clock.run(dialer({ port: seen, limits: { maxConcurrent: 5 } }).run())
  expect(port.calls).toHaveLength(9)
  const busiest = Math.max(
    ...port.calls.map(
      ({ at }) => port.calls.filter((one) => one.at <= at && at < one.at + port.lifeMs).length,
    ),
  )
  expect(busiest).toBe(2)
})

test('calls stay within the limit per minute', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan({ count: 10 })
  await clock.run(dialer({ limits: { maxConcurrent: 10, callsPerMinute: 3 } }).run())
  const times = port.calls.map(({ at }) => at)
  expect(times).toHaveLength(10)
  for (const [index, at] of times.entries())
    expect(at - (times[index - 3] ?? -minute)).toBeGreaterThanOrEqual(minute)
})

test('an aborted run waits for its requests and leaves its calls to the next run', async () => {
  const { clock, port, ledger, dialer, plan, states } = await createRig()
  const batch = await plan({ count: 3 })
  const stop = new AbortController()
  port.deed = ({ to_number }) =>
    to_number === numberOf(0)
      ? 'completed'
      : async () => {
          stop.abort()
          await new Promise<void>((resolve) => clock.after(5000, resolve))
          return { placed: 'no', reason: 'lead_refused', code: 'LATE' }
        }
  const run = dialer({ limits: { maxConcurrent: 2 } }).run({ signal: stop.signal })
  expect(await clock.run(run)).toBe('aborted')
  expect((await ledger.status(batch)).attempts).toMatchObject({
    sending: 0,
    unknown: 0,
    placed: 1,
    refused: 1,
  })
  expect(port.requests).toHaveLength(2)

  port.deed = () => 'completed'
  expect(await clock.run(dialer().run())).toBe('done')
  expect(await states(batch)).toEqual({ done: 3 })
  expect(port.requests).toHaveLength(3)
})

test('a run that is aborted before it begins sends nothing', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan()
  expect(await clock.run(dialer().run({ signal: AbortSignal.abort() }))).toBe('aborted')
  expect(port.requests).toEqual([])
})

test('a paused batch sends nothing more, and continues when another process resumes it', async () => {
  const { clock, port, path, dialer, plan, states } = await createRig()
  const batch = await plan({ count: 4 })
  const other = await openSqliteLedger(path, { now: clock.now })
  const running = dialer()
  const run = running.run({ stay: true, signal: AbortSignal.timeout(20_000) })
  await clock.until(() => port.calls.length === 1)
  await running.pause(batch, 'lunch')
  await clock.advance(2 * minute)
  expect(port.calls).toHaveLength(1)
  expect(await other.status(batch)).toMatchObject({
    state: 'paused',
    why: 'lunch',
    leads: { done: 1, ready: 3 },
  })
  await other.resume(batch)
  await clock.until(async () => (await states(batch))['done'] === 4)
  expect(port.calls).toHaveLength(4)
  await other.close()
  run.catch(() => {})
})

test('a cancelled batch calls no further lead, and its call is followed to its end', async () => {
  const { clock, port, dialer, plan, states } = await createRig()
  const batch = await plan({ count: 4 })
  const running = dialer()
  const run = running.run()
  await clock.until(() => port.calls.length === 1)
  await running.cancel(batch)
  expect(await clock.run(run)).toBe('done')
  expect(port.calls).toHaveLength(1)
  expect(await states(batch)).toEqual({ done: 1, cancelled: 3 })
})

test('only the chosen batch is called', async () => {
  const { clock, port, dialer, plan, states } = await createRig()
  const first = await plan({ numbers: [numberOf(1)] })
  const second = await plan({ numbers: [numberOf(2)] })
  expect(await clock.run(dialer().run({ batch: second }))).toBe('done')
  expect(port.calls.map(({ to }) => to)).toEqual([numberOf(2)])
  expect(await states(first)).toEqual({ ready: 1 })
})

test('nobody is called outside the hours, and the run reports until when it waits', async () => {
  const { clock, port, dialer, plan, events } = await createRig()
  clock.step(Date.parse('2026-11-23T07:55:00Z') - clock.now()) // a Monday
  await plan({ rules: { window: 'Mon-Fri 09:00-21:00', zone: 'Europe/Madrid' } })
  await clock.run(dialer().run())
  const monday = new Date('2026-11-23T08:00:00Z')
  expect(port.calls[0]?.at).toBeGreaterThanOrEqual(monday.getTime())
  expect(port.calls[0]?.at).toBeLessThan(monday.getTime() + 2000)
  expect(events).toContainEqual({ type: 'waiting', until: monday })
})

test('a lead that expires before its turn is not called', async () => {
  const { clock, port, dialer, plan, states } = await createRig()
  const batch = await plan({ count: 3, expiresAt: clock.now() + 45_000 })
  await clock.run(dialer().run())
  expect(port.calls).toHaveLength(2)
  expect(await states(batch)).toEqual({ done: 2, expired: 1 })
})

test('a batch stops at its budget, and the run reports it', async () => {
  const { clock, port, dialer, plan, events, states } = await createRig()
  const batch = await plan({ count: 5, limits: { budgetCalls: 2 } })
  await clock.run(dialer().run())
  expect(port.calls).toHaveLength(2)
  expect(await states(batch)).toEqual({ done: 2, ready: 3 })
  expect(events).toContainEqual({
    type: 'stopped',
    batch,
    why: 'budget_calls',
    advice: expect.stringContaining('cancel this batch first'),
  })
})

test('a second run of a dialer at the same time is refused', async () => {
  const { clock, dialer, plan } = await createRig()
  await plan()
  const one = dialer()
  const run = one.run()
  await expect(one.run()).rejects.toMatchObject({ code: 'RUNNING' })
  expect(await clock.run(run)).toBe('done')
})

test.each([
  [{ maxConcurrent: 0 }, /maxConcurrent is 0: give a whole number of 1 or more/],
  [{ maxConcurrent: 2, headroom: 2 }, /leaves none of 2 calls/],
  [{ callsPerMinute: 0.5 }, /callsPerMinute/],
])('invalid limits are refused in one line: %j', async (limits, message) => {
  const { dialer } = await createRig()
  expect(() => dialer({ limits })).toThrow(message)
})
