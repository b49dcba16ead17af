import { beforeEach, describe, expect, test } from 'vitest'
import type { Ledger, Runner } from '../../src/ledger/ledger.ts'
import {
  calendar,
  claim,
  claimOne,
  collect,
  hour,
  numberOf,
  plan,
  rowOf,
  running,
  undecidedOne,
} from './support/batches.ts'
import { type Store, stores } from './support/stores.ts'

describe.each(stores)('a claim on $name', ({ create }) => {
  let store: Store
  let ledger: Ledger
  let runner: Runner

  beforeEach(async () => {
    store = await create()
    ledger = await store.open()
    runner = await ledger.join()
  })

  const leads = async (batch: number): Promise<Record<string, number>> =>
    Object.fromEntries(Object.entries((await ledger.status(batch)).leads).filter(([, n]) => n > 0))

  async function finish(attempt: string, seconds = 60): Promise<void> {
    await ledger.placed(attempt, { callId: `call of ${attempt}` })
    await ledger.ended(attempt, { outcome: 'no_answer', seconds })
  }
  async function again(dueAt = 0): Promise<void> {
    expect(await runner.decide(await undecidedOne(runner), { to: 'ready', dueAt })).toBe(true)
  }

  test('takes nothing from a batch that does not run', async () => {
    const { id } = await plan(ledger, 2)
    expect(await claim(ledger, runner)).toEqual([])
    await ledger.resume(id)
    await ledger.pause(id, 'lunch')
    expect(await claim(ledger, runner)).toEqual([])
    expect(await ledger.status(id)).toMatchObject({ state: 'paused', why: 'lunch' })
    await ledger.resume(id)
    expect(await claim(ledger, runner)).toHaveLength(2)
    expect(await leads(id)).toEqual({ busy: 2 })
  })

  test('takes no more than its limit, in the order of due time and line, each lead once', async () => {
    await running(ledger, [rowOf(1, { notBefore: store.now() }), rowOf(2), rowOf(3)])
    const first = await claim(ledger, runner, { limit: 2 })
    expect(first.map((one) => one.number)).toEqual([numberOf(2), numberOf(3)])
    expect((await claim(ledger, runner)).map((one) => one.number)).toEqual([numberOf(1)])
    expect(await claim(ledger, runner)).toEqual([])
  })

  test('waits until a lead is due and its calendar is open', async () => {
    const batch = await running(
      ledger,
      [rowOf(1, { notBefore: store.now() + 1 }), rowOf(2, { calendar: 'canary' })],
      { calendars: ['always', 'canary'] },
    )
    expect(await claim(ledger, runner)).toEqual([])
    expect(await runner.due()).toEqual([
      { batch, calendar: 'always', dueAt: store.now() + 1 },
      { batch, calendar: 'canary', dueAt: 0 },
    ])
    await store.advance(1)
    expect(await claim(ledger, runner)).toMatchObject([{ number: numberOf(1) }])
    const open = [calendar(store.now(), 'canary')]
    expect(await claim(ledger, runner, { calendars: open })).toMatchObject([{ number: numberOf(2) }])
  })

  test.each([1, 5])('fills %i slots and no more, whatever states the attempts are in', async (slots) => {
    await running(ledger, 40)
    const claimed = await claim(ledger, runner, { slots })
    expect(claimed).toHaveLength(slots)
    const one = claimed[0]?.id ?? ''
    const full = async (): Promise<boolean> => (await claim(ledger, runner, { slots })).length === 0
    expect(await full()).toBe(true)
    await ledger.unknown(one, 'RESET')
    expect(await full()).toBe(true)
    await store.advance(10_000)
    await runner.hold(one, 'lookup_failed')
    expect(await full()).toBe(true)
    await ledger.placed(one, { callId: 'late' })
    expect(await full()).toBe(true)
    expect(await runner.slots()).toBe(slots)
    await ledger.ended(one, { outcome: 'completed' })
    expect(await claim(ledger, runner, { slots })).toHaveLength(1)
    expect(await full()).toBe(true)
  })

  test('a held attempt takes a slot as long as its call could last', async () => {
    await running(ledger, 2)
    const { id: attempt } = await claimOne(ledger, runner)
    await ledger.unknown(attempt, 'RESET')
    await store.advance(10_000)
    await runner.hold(attempt, 'absent')
    await store.advance(hour - 10_001)
    expect(await claim(ledger, runner, { slots: 1 })).toEqual([])
    await store.advance(1)
    expect(await claim(ledger, runner, { slots: 1 })).toHaveLength(1)
  })

  test('a number has at most one open attempt, over all batches', async () => {
    const [one, two] = [await running(ledger, [rowOf(1)]), await running(ledger, [rowOf(1)])]
    const [claimed, ...more] = await claim(ledger, runner)
    expect(claimed).toMatchObject({ batch: one })
    expect(more).toEqual([])
    expect((await ledger.status(two)).nextDueAt).toBe(store.now() + 60_000)
    await finish(claimed?.id ?? '')
    await store.advance(60_000)
    expect(await claim(ledger, runner)).toMatchObject([{ batch: two, number: numberOf(1) }])
  })

  test('a number gets at most its calls a day, over all batches, refusals not counted', async () => {
    await running(ledger, [rowOf(1)], { limits: { callsPerDay: 2 } })
    const refused = await claimOne(ledger, runner)
    await ledger.refused(refused.id, 'NEVER_LEFT')
    await again()
    for (const _ of [1, 2]) {
      await finish((await claimOne(ledger, runner)).id)
      await again()
    }
    const other = await running(ledger, [rowOf(1)], { limits: { callsPerDay: 2 } })
    expect(await claim(ledger, runner)).toEqual([])
    const { dayEnd } = calendar(store.now())
    expect(await runner.due()).toMatchObject([{ dueAt: dayEnd }, { dueAt: dayEnd }])
    await store.advance(dayEnd - store.now())
    expect(await claim(ledger, runner)).toHaveLength(1)
    expect((await ledger.status(other)).leads.ready).toBe(1)
  })

  test('a lead is exhausted by its tries, refusals not counted', async () => {
    const batch = await running(ledger, 1, { limits: { tries: 2 } })
    await ledger.refused((await claimOne(ledger, runner)).id, '429')
    await again()
    for (const no of [2, 3]) {
      const { id: attempt, no: found } = await claimOne(ledger, runner)
      expect(found).toBe(no)
      await finish(attempt)
      if (no === 3) {
        expect(await undecidedOne(runner)).toMatchObject({
          tries: 2,
          refusals: 0,
          ruleFailures: 0,
          outcomes: { no_answer: 2 },
        })
      }
      await again()
    }
    expect(await claim(ledger, runner)).toEqual([])
    expect(await leads(batch)).toEqual({ exhausted: 1 })
  })

  test('a lead expires at a claim, or by a sweep while its calendar is closed', async () => {
    const expiresAt = store.now() + 10
    const batch = await running(
      ledger,
      [rowOf(1, { expiresAt }), rowOf(2, { expiresAt, calendar: 'closed' }), rowOf(3)],
      {
        calendars: ['always', 'closed'],
      },
    )
    await store.advance(10)
    expect(await claim(ledger, runner)).toMatchObject([{ number: numberOf(3) }])
    expect(await leads(batch)).toEqual({ ready: 1, busy: 1, expired: 1 })
    expect(await runner.expire()).toBe(1)
    expect(await leads(batch)).toEqual({ busy: 1, expired: 2 })
  })

  test('a number that is suppressed after the plan is not called by a batch with suppression', async () => {
    const minds = await running(ledger, [rowOf(1)], { suppression: true })
    const serves = await running(ledger, [rowOf(2)])
    expect(await ledger.suppress([numberOf(1), numberOf(2)], 'asked on the phone')).toBe(2)
    expect(await ledger.suppress([numberOf(1)], 'again')).toBe(0)
    expect(await claim(ledger, runner)).toMatchObject([{ batch: serves }])
    expect(await leads(minds)).toEqual({ cancelled: 1 })
    expect(await collect(ledger.leads(minds))).toMatchObject([{ state: 'cancelled', why: 'suppressed' }])
  })

  test('stops a batch at its budget of calls, refusals not counted', async () => {
    const batch = await running(ledger, 9, { limits: { budgetCalls: 3 } })
    const claimed = await claim(ledger, runner)
    expect(claimed).toHaveLength(3)
    expect(await ledger.status(batch)).toMatchObject({ state: 'running', spent: { calls: 3 } })
    await ledger.refused(claimed[0]?.id ?? '', '429')
    const [last] = await claim(ledger, runner)
    expect(await claim(ledger, runner)).toEqual([])
    expect(await ledger.status(batch)).toMatchObject({ state: 'running', spent: { calls: 3 } })
    for (const { id: attempt } of [...claimed.slice(1), ...(last ? [last] : [])]) {
      await ledger.placed(attempt, { callId: `call of ${attempt}` })
    }
    expect(await claim(ledger, runner)).toEqual([])
    expect(await ledger.status(batch)).toMatchObject({
      state: 'stopped',
      why: 'budget_calls',
      spent: { calls: 3 },
    })
    expect(await leads(batch)).toEqual({ ready: 5, busy: 4 })
  })

  test('goes on with a batch whose budget went to a call that was never dialled', async () => {
    const batch = await running(ledger, 3, { limits: { budgetCalls: 1 } })
    const first = await claimOne(ledger, runner)
    await ledger.placed(first.id, { callId: 'one' })
    expect(await claim(ledger, runner)).toEqual([])
    expect(await ledger.status(batch)).toMatchObject({ state: 'stopped', why: 'budget_calls' })
    await ledger.undialled(first.id, 'concurrency_limit')
    expect(await ledger.status(batch)).toMatchObject({ state: 'running', why: undefined })
    await finish((await claimOne(ledger, runner)).id)
    expect(await claim(ledger, runner)).toEqual([])
    expect(await ledger.status(batch)).toMatchObject({ state: 'stopped', spent: { calls: 1 } })
  })

  test.each(['pause', 'cancel'] as const)('leaves a batch alone that a person told to %s', async (how) => {
    const batch = await running(ledger, 3, { limits: { budgetCalls: 1 } })
    const { id: attempt } = await claimOne(ledger, runner)
    await ledger.placed(attempt, { callId: 'one' })
    expect(await claim(ledger, runner)).toEqual([])
    await ledger[how](batch)
    const { state } = await ledger.status(batch)
    await ledger.undialled(attempt, 'concurrency_limit')
    expect(await ledger.status(batch)).toMatchObject({ state })
  })

  test('stops a batch at its budget of minutes', async () => {
    const batch = await running(ledger, 9, { limits: { budgetMinutes: 2 } })
    await finish((await claimOne(ledger, runner)).id, 119)
    await finish((await claimOne(ledger, runner)).id, 1)
    expect(await claim(ledger, runner)).toEqual([])
    expect(await ledger.status(batch)).toMatchObject({
      state: 'stopped',
      why: 'budget_minutes',
      spent: { minutes: 2 },
    })
  })

  test('gets past many leads that cannot be called', async () => {
    const expiresAt = store.now()
    const stale = Array.from({ length: 1_500 }, (_, n) => rowOf(n, { expiresAt }))
    const batch = await running(ledger, [...stale, rowOf(2_000)])
    const claimed = [
      ...(await claim(ledger, runner, { limit: 1 })),
      ...(await claim(ledger, runner, { limit: 1 })),
    ]
    expect(claimed).toMatchObject([{ number: numberOf(2_000) }])
    expect(await leads(batch)).toEqual({ busy: 1, expired: 1_500 })
  })

  test('takes nothing from a halted ledger until a person adopts it', async () => {
    await running(ledger, 1)
    await ledger.halt('a call that nobody knows')
    await expect(claim(ledger, runner)).rejects.toMatchObject({
      code: 'HALTED',
      message: expect.stringContaining('nobody knows'),
    })
    expect(await ledger.halted()).toBe('a call that nobody knows')
    await runner.leave()
    await expect(ledger.join()).rejects.toMatchObject({ name: 'DialerAdoptionError', code: 'HALTED' })
    await ledger.adopt()
    expect(await ledger.halted()).toBeUndefined()
    expect(await claim(ledger, await ledger.join())).toHaveLength(1)
  })

  test('limited to one batch leaves the others alone', async () => {
    await running(ledger, [rowOf(1)])
    const batch = await running(ledger, [rowOf(2)])
    expect(await claim(ledger, runner, { batch })).toMatchObject([{ batch }])
  })

  test('shares the budget of a batch among its calendars', async () => {
    const rows = Array.from({ length: 8 }, (_, index) =>
      rowOf(index + 1, { calendar: index % 2 ? 'a' : 'b' }),
    )
    await running(ledger, rows, { calendars: ['a', 'b'], limits: { budgetCalls: 3 } })
    const now = await ledger.now()
    const calendars = [calendar(now, 'a'), calendar(now, 'b')]
    expect(await claim(ledger, runner, { calendars })).toHaveLength(3)
  })
})
