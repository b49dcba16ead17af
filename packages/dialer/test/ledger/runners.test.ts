import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Ledger, Runner } from '../../src/ledger/ledger.ts'
import { attemptsOf, claim, claimOne, collect, day, running, undecidedOne } from './support/batches.ts'
import { postgresStore, type Store, stores } from './support/stores.ts'

describe.each(stores)('a runner on $name', ({ create }) => {
  let store: Store
  let ledger: Ledger
  let runner: Runner

  beforeEach(async () => {
    store = await create()
    ledger = await store.open()
    runner = await ledger.join()
  })

  /** The process of the first runner dies; another one starts. */
  async function next(): Promise<{ ledger: Ledger; runner: Runner }> {
    if (store.kind === 'sqlite') await ledger.close()
    else await store.lapse()
    const other = await store.open()
    return { ledger: other, runner: await other.join() }
  }

  test('is listed among the holders', async () => {
    expect(await ledger.holders()).toMatchObject([{ pid: process.pid, beatAt: new Date(store.now()) }])
    await store.advance(5_000)
    await runner.beat()
    expect(await ledger.holders()).toMatchObject([{ beatAt: new Date(store.now()) }])
    await runner.leave()
    expect(await ledger.holders()).toEqual([])
  })

  test('takes over the open attempts of a dead one', async () => {
    const batch = await running(ledger, 4)
    const [sending, unknown, placed, held] = (await claim(ledger, runner)).map((one) => one.id)
    await ledger.unknown(unknown ?? '', 'RESET')
    await ledger.placed(placed ?? '', { callId: 'call' })
    await ledger.unknown(held ?? '', 'RESET')
    await store.advance(10_000)
    await runner.hold(held ?? '', 'absent')

    const after = await next()
    expect(await after.runner.openAttempts()).toEqual([])
    expect(await after.runner.takeover([])).toMatchObject([
      { id: sending, state: 'unknown', why: 'not_sent' },
      { id: unknown, state: 'unknown', why: 'RESET' },
      { id: placed, state: 'placed', callId: 'call' },
    ])
    expect(await after.runner.takeover([])).toEqual([])
    expect((await after.runner.openAttempts()).map((attempt) => attempt.id)).toEqual([
      sending,
      unknown,
      placed,
    ])
    expect(await attemptsOf(after.ledger, batch)).toMatchObject([{}, {}, {}, { state: 'held' }])
  })

  test('takes over its own attempts that it has not sent for a lease', async () => {
    await running(ledger, 2)
    const [sent, lost] = (await claim(ledger, runner)).map((one) => one.id)
    await store.advance(14_999)
    expect(await runner.takeover([sent ?? ''])).toEqual([])
    await store.advance(1)
    expect(await runner.takeover([sent ?? ''])).toMatchObject([{ id: lost, state: 'unknown' }])
  })

  test('decides for a lead once, and only if it has not changed', async () => {
    const batch = await running(ledger, 1)
    await ledger.refused((await claimOne(ledger, runner)).id, '429')
    const seen = await undecidedOne(runner)
    expect(await runner.decide(seen, { to: 'ready', dueAt: store.now() + 5 })).toBe(true)
    expect(await runner.decide(seen, { to: 'done', why: 'late' })).toBe(false)
    await store.advance(5)
    const { id: attempt } = await claimOne(ledger, runner)
    expect(await runner.decide(seen, { to: 'done', why: 'open' })).toBe(false)
    await ledger.refused(attempt, '429')
    expect(await runner.decide(seen, { to: 'done', why: 'an older attempt' })).toBe(false)
    const now = await undecidedOne(runner)
    expect(now).toMatchObject({ refusals: 2, tries: 0, attempt: { no: 2, why: '429' } })
    expect(await runner.decide(now, { to: 'done', why: 'refused' })).toBe(true)
    expect(await runner.undecided(10)).toEqual([])
    expect(await ledger.status(batch)).toMatchObject({ leads: { done: 1 }, finished: true })
    expect(await collect(ledger.leads(batch))).toMatchObject([{ state: 'done', why: 'refused' }])
  })

  test('counts failures of a rule in a row apart from other refusals', async () => {
    await running(ledger, 1)
    const counts: number[][] = []
    const whys = [
      'rule_failed: down',
      ...Array(4).fill('rate_limited: HTTP_429'),
      'rule_failed',
      'rule_failed: down',
    ]
    for (const why of [...whys, 'closed', 'rulexfailed']) {
      await ledger.refused((await claimOne(ledger, runner)).id, why)
      const { refusals, ruleFailures, ...seen } = await undecidedOne(runner)
      counts.push([refusals, ruleFailures])
      await runner.decide({ refusals, ruleFailures, ...seen }, { to: 'ready', dueAt: store.now() })
    }
    expect(counts).toEqual([
      [1, 1],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 1],
      [7, 2],
      [8, 0],
      [9, 0],
    ])
  })

  test('a cancelled batch calls nobody again, and its calls in progress are followed', async () => {
    const batch = await running(ledger, 3)
    const { id: attempt } = await claimOne(ledger, runner)
    await ledger.cancel(batch)
    expect(await ledger.status(batch)).toMatchObject({
      state: 'cancelled',
      leads: { cancelled: 2, busy: 1 },
      finished: false,
    })
    await ledger.placed(attempt, { callId: 'call' })
    await ledger.ended(attempt, { outcome: 'no_answer' })
    expect(await runner.decide(await undecidedOne(runner), { to: 'ready', dueAt: 0 })).toBe(true)
    expect(await ledger.status(batch)).toMatchObject({ leads: { cancelled: 3 }, finished: true })
    await expect(ledger.resume(batch)).rejects.toMatchObject({ code: 'BATCH_CANCELLED' })
  })

  test('a cancel that was cut short is finished by the next runner', async () => {
    const batch = await running(ledger, 3)
    await store.sql(`update batch set state = 'cancelled'`)
    const after = await next()
    expect((await after.ledger.status(batch)).leads).toMatchObject({ cancelled: 3, ready: 0 })
  })

  test('stops a batch with its reason, until a person resumes it', async () => {
    const batch = await running(ledger, 1)
    await runner.stop(batch, 'INVALID_API_KEY')
    expect(await ledger.status(batch)).toMatchObject({ state: 'stopped', why: 'INVALID_API_KEY' })
    expect(await claim(ledger, runner)).toEqual([])
    await ledger.resume(batch)
    expect(await claim(ledger, runner)).toHaveLength(1)
  })

  test('recognises its own keys, and imports a call that it does not know', async () => {
    const batch = await running(ledger, 2)
    expect(await ledger.newestAt()).toBeUndefined()
    const { idempotencyKey, number } = await claimOne(ledger, runner)
    expect(await ledger.newestAt()).toBe(store.now())
    const [busy, waiting] = [`${ledger.id}.forgotten-1`, `${ledger.id}.forgotten-2`]
    expect(await ledger.unknownKeys([idempotencyKey, busy, 'another ledger', waiting])).toEqual([
      busy,
      waiting,
    ])

    const at = store.now() - day
    for (const _ of [1, 2]) {
      await ledger.importCall({ idempotencyKey: waiting, callId: 'call-2', number: '+34600000002', at })
      await ledger.importCall({ idempotencyKey: busy, callId: 'call-1', number, at })
    }
    await expect(ledger.importCall({ idempotencyKey: 'x', callId: 'y', number, at })).rejects.toMatchObject({
      code: 'FOREIGN_KEY',
    })
    expect(await ledger.unknownKeys([busy, waiting])).toEqual([])
    expect(await ledger.alarms()).toMatchObject([
      { kind: 'unknown_call', callId: 'call-2' },
      { kind: 'unknown_call', callId: 'call-1' },
    ])
    expect(await claim(ledger, runner)).toEqual([])
    expect(await runner.takeover([])).toMatchObject([
      { id: 'forgotten-2', batch, state: 'placed', callId: 'call-2', number: '+34600000002' },
    ])
    await ledger.ended('forgotten-2', { outcome: 'completed' })
    expect(await undecidedOne(runner)).toMatchObject({ tries: 1, outcomes: { completed: 1 } })
  })
})

describe('claimers on Postgres', () => {
  test('at the same time fill the slots exactly, one after the other', async () => {
    const store = await postgresStore()
    const [one, two] = [await store.open(), await store.open()]
    await running(one, 40)
    const runners = [await one.join(), await two.join()]
    const blocker = await store.behind.connect()
    onTestFinished(() => blocker.release(true))
    for (const slots of [1, 5]) {
      await blocker.query(`begin; select 1 from ${store.schema}.ledger for update`)
      const claims = runners.map((runner) => claim(one, runner, { slots }))
      const waiting = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'
        and query like '%ledger for update%' and pid in (select pid from pg_locks where not granted)`
      // On another connection: within the blocker's transaction the view would never change.
      while ((await store.behind.query(waiting)).rows[0].n < 2);
      await blocker.query('commit')
      const claimed = (await Promise.all(claims)).flat()
      expect(claimed).toHaveLength(slots)
      for (const { id: attempt } of claimed) await one.refused(attempt, 'test')
    }
  })

  test('never share a lead', async () => {
    const store = await postgresStore()
    const ledgers = await Promise.all([1, 2, 3].map(() => store.open()))
    const batch = await running(ledgers[0] as Ledger, 60)
    const claimed = await Promise.all(
      ledgers.map(async (ledger) => {
        const runner = await ledger.join()
        const mine = []
        for (let n = 0; n < 10; n++) mine.push(...(await claim(ledger, runner, { limit: 2 })))
        return mine
      }),
    )
    expect(new Set(claimed.flat().map((one) => one.lead)).size).toBe(60)
    expect(await attemptsOf(ledgers[0] as Ledger, batch)).toHaveLength(60)
  })

  test('leave attempts of living runners alone, and take over those of dead ones', async () => {
    const store = await postgresStore()
    const [one, two] = [await store.open(), await store.open()]
    await running(one, 2)
    const [dying, living] = [await one.join(), await two.join()]
    const { id: attempt } = await claimOne(one, dying)
    expect(await living.takeover([])).toEqual([])
    await dying.leave()
    expect(await living.takeover([])).toMatchObject([{ id: attempt, state: 'unknown' }])
    await expect(claim(one, dying)).rejects.toMatchObject({ code: 'FENCED' })
  })

  test('a lapsed lease is never renewed', async () => {
    const store = await postgresStore()
    const ledger = await store.open()
    const runner = await ledger.join()
    await store.lapse()
    await expect(runner.beat()).rejects.toMatchObject({ code: 'FENCED' })
    const again = await ledger.join()
    expect(again.id).not.toBe(runner.id)
    await again.beat()
  })
})
