import { beforeEach, describe, expect, test } from 'vitest'
import type { Ledger, Runner } from '../../src/ledger/ledger.ts'
import type { PlanWriter } from '../../src/ledger/plan-writer.ts'
import type { Batch, NewBatch, PlanRow, SkippedCount } from '../../src/ledger/records.ts'
import {
  claim,
  claimOne,
  collect,
  day,
  hour,
  numberOf,
  plan,
  rowOf,
  running,
  undecidedOne,
} from './support/batches.ts'
import { type Store, stores } from './support/stores.ts'

const newBatch = (hash: string): NewBatch => ({
  hash,
  from_number: '+34910000000',
  limits: { tries: 9, callsPerDay: 9 },
  rules: {},
  calendars: { always: {} },
})

describe.each(stores)('a number that was called a moment ago, on $name', ({ create }) => {
  let store: Store
  let ledger: Ledger
  let runner: Runner

  beforeEach(async () => {
    store = await create()
    ledger = await store.open()
    runner = await ledger.join()
  })

  const begin = (recentMs = 30 * day): Promise<PlanWriter> =>
    ledger.beginPlan({ suppression: true, recentMs })
  let plans = 0
  async function planRecent(
    rows: readonly PlanRow[],
    recentMs?: number,
  ): Promise<{ batch: Batch; skipped: readonly SkippedCount[] }> {
    const writer = await begin(recentMs)
    await writer.add(rows)
    return writer.commit(newBatch(`recent ${plans++}`))
  }
  const verdicts = async (rows: readonly PlanRow[], recentMs?: number): Promise<string[]> => {
    const writer = await begin(recentMs)
    const all = await writer.add(rows)
    await writer.abort()
    return all
  }
  /** Calls everybody of a batch that is due. */
  async function callAll(outcome: 'completed' | 'no_answer' = 'completed'): Promise<void> {
    for (const { id } of await claim(ledger, runner)) {
      await ledger.placed(id, { callId: `call of ${id}` })
      await ledger.ended(id, { outcome })
      await runner.decide(await undecidedOne(runner), { to: 'done', why: outcome })
    }
  }

  test('is left out, with the earlier call', async () => {
    const first = await running(ledger, [rowOf(1), rowOf(2)])
    const calledAt = store.now()
    await callAll('no_answer')
    await store.advance(30 * day - 1)
    const { batch, skipped } = await planRecent([
      { ...rowOf(1), key: 'a' },
      rowOf(3),
      { ...rowOf(1), line: 7 },
    ])
    expect(batch.rows).toEqual({ planned: 1, duplicate: 0, suppressed: 0, recent: 2, rejected: 0 })
    expect(skipped).toEqual([
      { verdict: 'recent', reason: 'called', earlierBatch: { id: first, name: undefined }, rows: 2 },
    ])
    const earlier = { batch: first, at: calledAt, outcome: 'no_answer' }
    expect(await collect(ledger.skipped(batch.id))).toEqual([
      { line: 1, verdict: 'recent', reason: 'called', earlier, key: 'a', value: numberOf(1) },
      { line: 7, verdict: 'recent', reason: 'called', earlier, key: undefined, value: numberOf(1) },
    ])
    expect((await collect(ledger.leads(batch.id))).map((lead) => lead.number)).toEqual([numberOf(3)])
    expect((await ledger.status(batch.id)).rows).toEqual(batch.rows)
  })

  test('is planned once the time is over, or if the plan does not ask', async () => {
    await running(ledger, [rowOf(1)])
    await callAll()
    expect(await verdicts([rowOf(1)])).toEqual(['recent'])
    expect(await verdicts([rowOf(1)], 0)).toEqual(['planned'])
    await store.advance(30 * day)
    expect(await verdicts([rowOf(1)])).toEqual(['planned'])
  })

  test('counts as called from the moment that a call may have been made, and not if it was refused', async () => {
    const batch = await running(
      ledger,
      [1, 2, 3, 4].map((n) => rowOf(n)),
    )
    const [sending, unknown, placed, refused] = await claim(ledger, runner)
    await ledger.unknown(unknown?.id ?? '', 'RESET')
    await ledger.placed(placed?.id ?? '', { callId: 'one' })
    await ledger.refused(refused?.id ?? '', 'lead_refused: 400')
    await runner.decide(await undecidedOne(runner), { to: 'done', why: 'refused' })
    await ledger.cancel(batch)
    expect(sending).toBeDefined()
    const rows = [1, 2, 3, 4].map((n) => rowOf(n))
    const { batch: next } = await planRecent(rows)
    expect((await collect(ledger.skipped(next.id))).map(({ reason }) => reason)).toEqual([
      'maybe_called',
      'maybe_called',
      'called',
    ])
    await store.advance(10_000)
    await runner.hold(unknown?.id ?? '', 'absent')
    await ledger.cancel(next.id)
    expect(await verdicts(rows)).toEqual(['recent', 'recent', 'recent', 'planned'])
  })

  test('is left out as long as it waits in a batch that is not cancelled', async () => {
    const first = await plan(ledger, [rowOf(1), rowOf(2)])
    await store.advance(400 * day)
    const { batch } = await planRecent([rowOf(1), rowOf(3)])
    const [skipped] = await collect(ledger.skipped(batch.id))
    expect(skipped).toMatchObject({ verdict: 'recent', reason: 'planned' })
    expect(skipped?.earlier).toEqual({ batch: first.id, at: undefined, outcome: undefined })
    await ledger.cancel(first.id)
    expect(await verdicts([rowOf(1), rowOf(2), rowOf(3)])).toEqual(['planned', 'planned', 'recent'])
  })

  test('is suppressed rather than recent', async () => {
    await plan(ledger, [rowOf(1)])
    await ledger.suppress([numberOf(1)], 'list')
    expect(await verdicts([rowOf(1)])).toEqual(['suppressed'])
  })

  test('the newest of several calls is the one that is reported', async () => {
    await running(ledger, [rowOf(1)])
    await callAll()
    await store.advance(hour)
    const second = await running(ledger, [rowOf(1)])
    const calledAt = store.now()
    await callAll('no_answer')
    const { batch } = await planRecent([rowOf(1)])
    expect(await collect(ledger.skipped(batch.id))).toMatchObject([
      { earlier: { batch: second, at: calledAt, outcome: 'no_answer' } },
    ])
  })

  test('is known again in a ledger with a key, and no longer after a purge', async () => {
    const sealed = await create()
    ledger = await sealed.open({ sealNumbers: 'k'.repeat(32) })
    runner = await ledger.join()
    store = sealed
    await running(ledger, [rowOf(1)])
    await callAll()
    expect(await verdicts([rowOf(1)])).toEqual(['recent'])
    await store.advance(3 * day)
    await ledger.purge(store.now() - 2 * day)
    expect(await verdicts([rowOf(1)])).toEqual(['planned'])
  })

  test('a plan made again returns its batch, though its people are recent by now', async () => {
    const writer = await begin()
    await writer.add([rowOf(1), rowOf(2)])
    const { batch } = await writer.commit(newBatch('same'))
    const again = await begin()
    expect(await again.add([rowOf(1), rowOf(2)])).toEqual(['recent', 'recent'])
    expect(await again.commit(newBatch('same'))).toEqual({ batch, existing: true, skipped: [] })
  })

  test('of two plans written at the same time, the one that is committed first gets the number', async () => {
    const [one, two] = [await begin(), await begin()]
    expect(await one.add([rowOf(1), rowOf(2)])).toEqual(['planned', 'planned'])
    expect(await two.add([rowOf(2), rowOf(3)])).toEqual(['planned', 'planned'])
    const second = await two.commit(newBatch('two'))
    const third = await begin()
    expect(await third.add([rowOf(3), rowOf(4)])).toEqual(['recent', 'planned'])
    const first = await one.commit(newBatch('one'))
    expect(second.batch.rows).toMatchObject({ planned: 2, recent: 0 })
    expect(first.batch.rows).toMatchObject({ planned: 1, recent: 1 })
    expect(await collect(ledger.skipped(first.batch.id))).toMatchObject([
      {
        line: 2,
        verdict: 'recent',
        reason: 'planned',
        value: numberOf(2),
        earlier: { batch: second.batch.id },
      },
    ])
    await third.abort()
  })

  test('numbers that others planned or called while a plan was written are left out of it, page by page', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => rowOf(n + 1))
    const writer = await begin()
    for (let from = 0; from < rows.length; from += 500) await writer.add(rows.slice(from, from + 500))
    const other = await running(ledger, rows.slice(0, 2_400))
    const called = await claimOne(ledger, runner)
    await ledger.placed(called.id, { callId: 'one' })
    const { batch, skipped } = await writer.commit(newBatch('long'))
    expect(batch.rows).toMatchObject({ planned: 100, recent: 2_400 })
    expect(skipped).toMatchObject([
      { reason: 'planned', rows: 2_399, earlierBatch: { id: other } },
      { reason: 'called', rows: 1 },
    ])
    expect(await collect(ledger.leads(batch.id))).toHaveLength(100)
  })

  test('a dropped plan leaves out nobody', async () => {
    const [one, two] = [await begin(), await begin()]
    await one.add([rowOf(1)])
    await two.add([rowOf(1)])
    await one.abort()
    expect((await two.commit(newBatch('two'))).batch.rows.planned).toBe(1)
  })
})

describe.each(stores)('the gap between two calls to a number, on $name', ({ create }) => {
  test('holds over all batches from the end of a call, refusals not counted', async () => {
    const store = await create()
    const ledger = await store.open()
    const runner = await ledger.join()
    const limits = { minimumGap: hour }
    const first = await running(ledger, [rowOf(1)], { limits })
    const { id } = await claimOne(ledger, runner)
    await ledger.placed(id, { callId: 'one' })
    await store.advance(10 * 60_000)
    await ledger.ended(id, { outcome: 'failed' })
    // A retry of the same lead that is due before the gap is over waits too.
    await runner.decide(await undecidedOne(runner), { to: 'ready', dueAt: store.now() })
    const second = await running(ledger, [rowOf(1)], { limits })
    const requested = await running(ledger, [rowOf(1)])
    await ledger.pause(requested)
    await store.advance(hour - 1)
    expect(await claim(ledger, runner)).toEqual([])
    expect((await ledger.status(second)).nextDueAt).toBe(store.now() + 1)

    await ledger.pause(first)
    await store.advance(1)
    const refused = await claimOne(ledger, runner)
    expect(refused.batch).toBe(second)
    await ledger.refused(refused.id, 'rate_limited')
    await runner.decide(await undecidedOne(runner), { to: 'ready', dueAt: store.now() })
    const { id: called } = await claimOne(ledger, runner)
    await ledger.placed(called, { callId: 'two' })
    await ledger.ended(called, { outcome: 'completed' })
    // A batch without a gap does not wait.
    await ledger.resume(requested)
    expect(await claim(ledger, runner)).toMatchObject([{ batch: requested }])
  })

  test('is never longer than the gap, even if a call ended in the future', async () => {
    const store = await create()
    const ledger = await store.open()
    const runner = await ledger.join()
    const batch = await running(ledger, [rowOf(1)], { limits: { minimumGap: hour } })
    const { id } = await claimOne(ledger, runner)
    await ledger.placed(id, { callId: 'one' })
    await ledger.ended(id, { outcome: 'failed', at: store.now() + 1_000 * day })
    await runner.decide(await undecidedOne(runner), { to: 'ready', dueAt: 0 })
    expect(await claim(ledger, runner)).toEqual([])
    expect((await ledger.status(batch)).nextDueAt).toBe(store.now() + hour)
  })
})
