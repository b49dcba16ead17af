import { beforeEach, describe, expect, test } from 'vitest'
import type { FactResult, Ledger, Runner } from '../../src/ledger/ledger.ts'
import type { AttemptState, Claimed } from '../../src/ledger/records.ts'
import { attemptsOf, claimOne, hour, rowOf, running, undecidedOne } from './support/batches.ts'
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

  const stepsOf = (attempt: string): Record<string, () => Promise<FactResult>> => ({
    placed: () => ledger.placed(attempt, { callId: `call of ${attempt}` }),
    refused: () => ledger.refused(attempt, 'NOT_A_NUMBER'),
    unknown: () => ledger.unknown(attempt, 'TIMEOUT'),
    undialled: () => ledger.undialled(attempt, 'concurrency_limit'),
    ended: () => ledger.ended(attempt, { outcome: 'completed', seconds: 42, why: 'hangup' }),
    hold: () => runner.hold(attempt, 'absent', { listed: 3 }),
    lose: () => runner.lose(attempt),
    settle: () => ledger.settle(attempt),
  })
  const step = async (name: string, attempt = claimed.id): Promise<FactResult> => {
    const result = await stepsOf(attempt)[name]?.()
    if (!result) throw new Error(`There is no step ${name}`)
    return result
  }
  const way: Record<AttemptState, string[]> = {
    sending: [],
    unknown: ['unknown'],
    placed: ['placed'],
    held: ['unknown', 'hold'],
    refused: ['refused'],
    ended: ['placed', 'ended'],
  }
  async function reach(state: AttemptState, attempt = claimed.id): Promise<void> {
    await store.advance(2 * hour)
    for (const name of way[state]) await step(name, attempt)
  }

  /** The steps of each state once enough time has passed. A step that is not listed is illegal. */
  const table: Record<AttemptState, Record<string, string>> = {
    sending: { placed: 'changed placed', refused: 'changed refused', unknown: 'changed unknown' },
    unknown: {
      placed: 'changed placed',
      refused: 'changed refused',
      unknown: 'known unknown',
      hold: 'changed held',
    },
    placed: {
      placed: 'known placed',
      ended: 'changed ended',
      lose: 'changed ended',
      undialled: 'changed refused',
    },
    held: { placed: 'changed placed', refused: 'changed refused', settle: 'changed refused' },
    refused: { refused: 'known refused', placed: 'alarm refused', undialled: 'known refused' },
    ended: { placed: 'known ended', ended: 'known ended' },
  }

  test.each(Object.keys(table) as AttemptState[])(
    'in state %s takes its legal steps and no others',
    async (state) => {
      const names = Object.keys(stepsOf(''))
      const other = await running(
        ledger,
        names.map((_, n) => rowOf(100 + n)),
      )
      for (const name of names) {
        const { id: attempt, lead } = await claimOne(ledger, runner, { batch: other })
        await reach(state, attempt)
        const find = async (): Promise<unknown> =>
          (await attemptsOf(ledger, other)).find((found) => found.lead === lead)
        const before = await find()
        expect(before, name).toMatchObject({ state })
        const { result, state: after } = await step(name, attempt)
        expect(`${name}: ${result} ${after}`).toBe(`${name}: ${table[state][name] ?? `illegal ${state}`}`)
        if (result === 'changed') expect(await find()).toMatchObject({ state: after })
        else expect(await find()).toEqual(before)
      }
    },
  )

  test('an unknown attempt id is illegal', async () => {
    expect(await ledger.placed('nobody', { callId: 'x' })).toEqual({ result: 'illegal', state: undefined })
  })

  test('carries everything that placing its call needs', async () => {
    expect(claimed).toEqual({
      id: claimed.id,
      idempotencyKey: `${ledger.id}.${claimed.id}`,
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

  test('records how its call ended', async () => {
    await reach('ended')
    expect(await attemptsOf(ledger, batch)).toMatchObject([
      {
        callId: `call of ${claimed.id}`,
        outcome: 'completed',
        seconds: 42,
        why: 'hangup',
        placedAt: store.now(),
        endedAt: store.now(),
      },
    ])
    expect((await ledger.status(batch)).spent).toEqual({ calls: 1, minutes: 0.7 })
  })

  test('with an outcome that no type allows counts as other, and can be decided', async () => {
    await reach('placed')
    await ledger.ended(claimed.id, { outcome: 'busy' as never })
    expect((await ledger.status(batch)).outcomes).toMatchObject({ other: 1 })
    expect(await undecidedOne(runner)).toMatchObject({
      attempt: { outcome: 'other' },
      outcomes: { other: 1 },
    })
    expect(await ledger.ended(claimed.id, { outcome: 'busy' as never })).toMatchObject({ result: 'known' })
  })

  test('is not held before its call would be listed, nor lost while its call could last', async () => {
    await ledger.unknown(claimed.id, 'RESET')
    await store.advance(9_999)
    expect(await step('hold')).toMatchObject({ result: 'illegal' })
    await store.advance(1)
    expect(await step('hold')).toMatchObject({ result: 'changed' })
    await step('placed')
    await store.advance(hour - 10_001)
    expect(await step('lose')).toMatchObject({ result: 'illegal' })
    await store.advance(1)
    expect(await step('lose')).toMatchObject({ result: 'changed' })
    expect(await attemptsOf(ledger, batch)).toMatchObject([{ outcome: 'other', why: 'lost_sight' }])
  })

  test('held, shows its evidence, and cannot be settled while its sender could still send it', async () => {
    await ledger.unknown(claimed.id, 'RESET')
    await store.advance(10_000)
    await step('hold')
    expect((await ledger.status(batch)).leads).toMatchObject({ held: 1, busy: 0 })
    expect(await ledger.held()).toMatchObject([
      { id: claimed.id, number: '+34600000001', why: 'absent', evidence: { listed: 3 } },
    ])
    expect(await ledger.held(batch + 1)).toEqual([])
    await store.advance(74_999)
    await expect(ledger.settle(claimed.id)).rejects.toMatchObject({
      code: 'TOO_EARLY',
      message: expect.stringContaining('settle it in 1 s'),
    })
    await store.advance(1)
    expect(await ledger.settle(claimed.id)).toEqual({ result: 'changed', state: 'refused' })
    expect((await ledger.status(batch)).leads).toMatchObject({ held: 0, busy: 1 })
    expect(await undecidedOne(runner)).toMatchObject({ tries: 0, refusals: 1, attempt: { why: 'person' } })
  })

  test('whose call was never dialled counts for nothing and keeps its call id', async () => {
    await reach('placed')
    expect(await step('undialled')).toEqual({ result: 'changed', state: 'refused' })
    expect(await attemptsOf(ledger, batch)).toMatchObject([
      { state: 'refused', callId: `call of ${claimed.id}`, why: 'concurrency_limit', outcome: undefined },
    ])
    expect((await ledger.status(batch)).spent).toEqual({ calls: 0, minutes: 0 })
    expect(await undecidedOne(runner)).toMatchObject({ tries: 0, refusals: 1, outcomes: {} })
    expect(await step('placed')).toEqual({ result: 'known', state: 'refused' })
    expect(await ledger.alarms()).toEqual([])
  })

  test('a call id for a finished attempt raises one alarm', async () => {
    await reach('refused')
    await ledger.placed(claimed.id, { callId: 'call-2' })
    await ledger.placed(claimed.id, { callId: 'call-2' })
    expect(await ledger.alarms()).toMatchObject([
      { kind: 'late_call', attempt: claimed.id, callId: 'call-2' },
    ])
  })

  test('another call id for a placed attempt raises an alarm', async () => {
    await reach('placed')
    expect(await ledger.placed(claimed.id, { callId: 'call-2' })).toEqual({
      result: 'alarm',
      state: 'placed',
    })
    expect(await ledger.alarms()).toMatchObject([{ kind: 'second_call' }])
    expect(await attemptsOf(ledger, batch)).toMatchObject([{ callId: `call of ${claimed.id}` }])
  })

  test('a fenced runner can report facts, but decide nothing', async () => {
    await store.lapse()
    for (const decision of [
      () => runner.beat(),
      () => runner.claim({ calendars: [], slots: 1, limit: 1 }),
      () => runner.takeover([]),
      () => runner.undecided(1),
      () => runner.hold(claimed.id, 'absent'),
      () => runner.lose(claimed.id),
      () => runner.stop(batch, 'why'),
      () => runner.due(),
      () => runner.expire(),
    ]) {
      await expect(decision()).rejects.toMatchObject({ name: 'DialerFencedError', code: 'FENCED' })
    }
    expect(await step('placed')).toEqual({ result: 'changed', state: 'placed' })
    expect(await step('ended')).toEqual({ result: 'changed', state: 'ended' })
  })
})
