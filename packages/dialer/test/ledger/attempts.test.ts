import { beforeEach, describe, expect, test } from 'vitest'
import type { FactResult, Ledger, Runner } from '../../src/ledger.ts'
import type { AttemptState, Claimed } from '../../src/records.ts'
import { attemptsOf, claimOne, hour, running, undecidedOne } from './support/batches.ts'
import { type Store, stores } from './support/stores.ts'

describe.each(stores)('an attempt on $name', ({ create }) => {
  let store: Store
  let ledger: Ledger
  let runner: Runner
  let batch: number
  let claimed: Claimed

  beforeEach(async () => {
    store = await create()
    ledger = await store.open()
    batch = await running(ledger, 1)
    runner = await ledger.join()
    claimed = await claimOne(ledger, runner)
  })

  const steps: Record<string, () => Promise<FactResult>> = {
    placed: () => ledger.placed(claimed.attempt, { callId: 'call-1' }),
    refused: () => ledger.refused(claimed.attempt, 'NOT_A_NUMBER'),
    unknown: () => ledger.unknown(claimed.attempt, 'TIMEOUT'),
    ended: () => ledger.ended(claimed.attempt, { outcome: 'completed', seconds: 42, why: 'hangup' }),
    hold: () => runner.hold(claimed.attempt, 'absent', { listed: 3 }),
    lose: () => runner.lose(claimed.attempt),
    settle: () => ledger.settle(claimed.attempt),
  }
  const way: Record<AttemptState, string[]> = {
    sending: [],
    unknown: ['unknown'],
    placed: ['placed'],
    held: ['unknown', 'hold'],
    refused: ['refused'],
    ended: ['placed', 'ended'],
  }
  /** Steps in each state, where time is no obstacle. What is not listed is illegal. */
  const table: Record<AttemptState, Record<string, string>> = {
    sending: { placed: 'changed placed', refused: 'changed refused', unknown: 'changed unknown' },
    unknown: {
      placed: 'changed placed',
      refused: 'changed refused',
      unknown: 'known unknown',
      hold: 'changed held',
    },
    placed: { placed: 'known placed', ended: 'changed ended', lose: 'changed ended' },
    held: { placed: 'changed placed', refused: 'changed refused', settle: 'changed refused' },
    refused: { refused: 'known refused', placed: 'alarm refused' },
    ended: { placed: 'known ended', ended: 'known ended' },
  }

  async function reach(state: AttemptState): Promise<void> {
    await store.advance(2 * hour)
    for (const step of way[state]) await steps[step]?.()
  }
  const cases = Object.keys(table).flatMap((state) =>
    Object.keys(steps).map((step) => ({
      state: state as AttemptState,
      step,
      result: table[state as AttemptState][step] ?? `illegal ${state}`,
    })),
  )

  test.each(cases)('$state, $step: $result', async ({ state, step, result: expected }) => {
    await reach(state)
    const before = await attemptsOf(ledger, batch)
    expect(before).toMatchObject([{ state }])
    const { result, state: after } = (await steps[step]?.()) ?? {}
    expect(`${result} ${after}`).toBe(expected)
    const attempts = await attemptsOf(ledger, batch)
    expect(attempts[0]?.state).toBe(after)
    if (result !== 'changed') expect(attempts).toEqual(before)
  })

  test('an unknown attempt id is illegal', async () => {
    expect(await ledger.placed('nobody', { callId: 'x' })).toEqual({ result: 'illegal', state: undefined })
  })

  test('carries what it takes to place it', async () => {
    expect(claimed).toEqual({
      attempt: claimed.attempt,
      idempotencyKey: `${ledger.id}.${claimed.attempt}`,
      batch,
      lead: claimed.lead,
      no: 1,
      number: '+34600000001',
      key: undefined,
      variables: { name: 'Somebody 1' },
      from_number: '+34910000000',
      agent_version_id: undefined,
      claimedAt: store.now(),
    })
  })

  test('keeps how it ended', async () => {
    await reach('ended')
    expect(await attemptsOf(ledger, batch)).toMatchObject([
      {
        callId: 'call-1',
        outcome: 'completed',
        seconds: 42,
        why: 'hangup',
        placedAt: store.now(),
        endedAt: store.now(),
      },
    ])
    expect((await ledger.status(batch)).spent).toEqual({ calls: 1, minutes: 0.7 })
  })

  test('is not held before the settle time, nor lost before a call could be over', async () => {
    await ledger.unknown(claimed.attempt, 'RESET')
    await store.advance(9_999)
    expect(await steps['hold']?.()).toMatchObject({ result: 'illegal' })
    await store.advance(1)
    expect(await steps['hold']?.()).toMatchObject({ result: 'changed' })
    await steps['placed']?.()
    await store.advance(hour - 10_001)
    expect(await steps['lose']?.()).toMatchObject({ result: 'illegal' })
    await store.advance(1)
    expect(await steps['lose']?.()).toMatchObject({ result: 'changed' })
    expect(await attemptsOf(ledger, batch)).toMatchObject([{ outcome: 'other', why: 'lost_sight' }])
  })

  test('held, it shows its evidence and waits for whoever could still send it', async () => {
    await ledger.unknown(claimed.attempt, 'RESET')
    await store.advance(10_000)
    await steps['hold']?.()
    expect((await ledger.status(batch)).leads).toMatchObject({ held: 1, busy: 0 })
    expect(await ledger.held()).toMatchObject([
      { id: claimed.attempt, number: '+34600000001', why: 'absent', evidence: { listed: 3 } },
    ])
    expect(await ledger.held(batch + 1)).toEqual([])
    await store.advance(74_999)
    await expect(ledger.settle(claimed.attempt)).rejects.toMatchObject({
      code: 'TOO_EARLY',
      message: expect.stringContaining('settle it in 1 s'),
    })
    await store.advance(1)
    expect(await ledger.settle(claimed.attempt)).toEqual({ result: 'changed', state: 'refused' })
    expect((await ledger.status(batch)).leads).toMatchObject({ held: 0, busy: 1 })
    expect(await undecidedOne(runner)).toMatchObject({ tries: 0, refusals: 1, attempt: { why: 'person' } })
  })

  test('a late call id on what is over is an alarm, told once', async () => {
    await reach('refused')
    await ledger.placed(claimed.attempt, { callId: 'call-2' })
    await ledger.placed(claimed.attempt, { callId: 'call-2' })
    expect(await ledger.alarms()).toMatchObject([
      { kind: 'late_call', attempt: claimed.attempt, callId: 'call-2' },
    ])
  })

  test('another call id on a placed one is an alarm', async () => {
    await reach('placed')
    expect(await ledger.placed(claimed.attempt, { callId: 'call-2' })).toEqual({
      result: 'alarm',
      state: 'placed',
    })
    expect(await ledger.alarms()).toMatchObject([{ kind: 'second_call' }])
    expect(await attemptsOf(ledger, batch)).toMatchObject([{ callId: 'call-1' }])
  })

  test('facts of a fenced runner are accepted, decisions are not', async () => {
    await store.lapse()
    for (const decision of [
      () => runner.beat(),
      () => runner.claim({ calendars: [], slots: 1, limit: 1 }),
      () => runner.takeover([]),
      () => runner.undecided(1),
      () => runner.hold(claimed.attempt, 'absent'),
      () => runner.lose(claimed.attempt),
      () => runner.stop(batch, 'why'),
      () => runner.due(),
      () => runner.expire(),
    ]) {
      await expect(decision()).rejects.toMatchObject({ name: 'DialerFencedError', code: 'FENCED' })
    }
    expect(await steps['placed']?.()).toEqual({ result: 'changed', state: 'placed' })
    expect(await steps['ended']?.()).toEqual({ result: 'changed', state: 'ended' })
  })
})
