import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { copyLedger } from '../../src/ledger/copy.ts'
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts'
import { prepare } from '../../src/ledger/postgres/prepare.ts'
import { migrations } from '../../src/ledger/sql/migrations/migrations.ts'
import {
  attemptsOf,
  claim,
  claimOne,
  collect,
  day,
  plan,
  rowOf,
  running,
  undecidedOne,
} from './support/batches.ts'
import { batchOfFirstVersion, expectFirstVersionToRun } from './support/first-version.ts'
import { postgresStore, sqliteStore } from './support/stores.ts'

describe('a ledger in Postgres', () => {
  test('is created once by the first process, in a schema of its own', async () => {
    const store = await postgresStore()
    const ledgers = await Promise.all(
      [1, 2, 3].map(() => openPostgresLedger(store.pool, { schema: store.schema })),
    )
    expect(new Set(ledgers.map((ledger) => ledger.id)).size).toBe(1)
    const other = await postgresStore()
    expect((await other.open()).id).not.toBe(ledgers[0]?.id)
  })

  test('can be opened by a connection string', async () => {
    const store = await postgresStore()
    const ledger = await openPostgresLedger(inject('postgres'), { schema: store.schema })
    expect(Math.abs((await ledger.now()) - Date.now())).toBeLessThan(60_000)
    await ledger.close()
  })

  test('refuses a connection string that is missing', async () => {
    const missing: unknown = process.env['NO_SUCH_DATABASE_URL']
    await expect(openPostgresLedger(missing as string)).rejects.toMatchObject({
      name: 'DialerInputError',
      code: 'LEDGER_DATABASE',
      message: expect.stringContaining('not undefined'),
    })
  })

  test('migrates an older schema, and refuses a newer one', async () => {
    const store = await postgresStore()
    const nothing = async (): Promise<void> => undefined
    await prepare(store.pool, store.schema, nothing, [])
    await store.open()
    const later = [...migrations, () => ['create table later(x bigint)']]
    await expect(prepare(store.pool, store.schema, nothing, [...later, () => ['nonsense']])).rejects.toThrow()
    expect(await store.sql(`select to_regclass('later') as later`)).toEqual([{ later: null }])
    await prepare(store.pool, store.schema, nothing, later)
    await expect(store.open()).rejects.toMatchObject({
      code: 'NEWER',
      message: expect.stringContaining(`schema ${migrations.length + 1}`),
    })
  })

  test('of the first version opens, and its batches have no gap and left out nobody', async () => {
    const store = await postgresStore()
    await prepare(store.pool, store.schema, async () => undefined, migrations.slice(0, 1))
    for (const statement of batchOfFirstVersion) await store.sql(statement)
    await expectFirstVersionToRun(store)
  })

  test.each([
    ['another cluster', `'{"system":"1","timeline":"00000001"}'`],
    ['a failed-over one', `replace(place, '"timeline":"0', '"timeline":"f')`],
  ])('restored into %s does not run until a person adopts it', async (_, place) => {
    const store = await postgresStore()
    const ledger = await store.open()
    await store.behind.query(`update ${store.schema}.ledger set place = ${place}`)
    await expect(ledger.join()).rejects.toMatchObject({ name: 'DialerAdoptionError', code: 'ELSEWHERE' })
    await ledger.adopt()
    await ledger.join()
  })

  test('notifies other processes of a change', async () => {
    const store = await postgresStore()
    const [one, two] = [await store.open(), await store.open()]
    const { id } = await plan(one, 1)
    const listening = Promise.withResolvers<void>()
    let notified = listening
    two.onChange(() => notified.resolve())
    await listening.promise
    for (const change of [() => one.resume(id), () => one.pause(id)]) {
      notified = Promise.withResolvers<void>()
      await change()
      await notified.promise
    }
  })

  test('is notified again after its connection was cut', async () => {
    const store = await postgresStore()
    const [one, two] = [await store.open(), await store.open()]
    const { id } = await plan(one, 1)
    let notified = Promise.withResolvers<void>()
    two.onChange(() => notified.resolve())
    await notified.promise
    notified = Promise.withResolvers<void>()
    await store.behind.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen "digame_${store.schema}"'`,
    )
    await notified.promise
    expect(await one.status(id)).toMatchObject({ state: 'paused' })
  })

  test('survives a cut connection in a transaction', async () => {
    const store = await postgresStore()
    const ledger = await store.open()
    await running(ledger, 1)
    const runner = await ledger.join()
    const blocker = await store.behind.connect()
    await blocker.query(`begin; select 1 from ${store.schema}.ledger for update`)
    const claiming = claim(ledger, runner)
    const waiting = `from pg_stat_activity where wait_event_type = 'Lock' and query like '%ledger for update%' and datname = current_database()`
    while ((await store.behind.query(`select 1 ${waiting}`)).rowCount === 0);
    await Promise.all([
      expect(claiming).rejects.toThrow(),
      store.behind.query(`select pg_terminate_backend(pid) ${waiting}`),
    ])
    await blocker.query('rollback')
    blocker.release()
    expect(await claim(ledger, runner)).toHaveLength(1)
  })

  test('reads counts as numbers and leaves the types of the pool alone', async () => {
    const store = await postgresStore()
    const ledger = await store.open()
    expect(await running(ledger, 1)).toBe(1)
    const { rows } = await store.pool.query('select count(*) as n from pg_class where false')
    expect(rows).toEqual([{ n: '0' }])
  })

  test('commits a claim durably even if the database has synchronous_commit off', async () => {
    const store = await postgresStore()
    const pool = new pg.Pool({
      connectionString: inject('postgres'),
      options: '-c synchronous_commit=off',
      max: 2,
    })
    onTestFinished(() => pool.end())
    const ledger = await openPostgresLedger(pool, { schema: store.schema })
    const batch = await running(ledger, 1)
    const runner = await ledger.join()
    const modes: string[] = []
    pool.on('acquire', (client) => {
      const query = client.query.bind(client) as (...values: unknown[]) => Promise<pg.QueryResult>
      client.query = (async (...values: unknown[]) => {
        if ((values[0] as { text?: string }).text === 'commit') {
          modes.push((await query('show synchronous_commit')).rows[0].synchronous_commit)
        }
        return query(...values)
      }) as typeof client.query
    })
    expect(await claimOne(ledger, runner, { batch })).toMatchObject({ no: 1 })
    expect(modes.at(-1)).toBe('on')
    await ledger.close()
  })
})

describe('a copy from a file to Postgres', () => {
  async function full() {
    const source = await sqliteStore()
    const from = await source.open()
    await from.suppress(['+34600009999'], 'list')
    const batch = await running(from, 2_500)
    const runner = await from.join()
    const claimed = await claim(from, runner)
    for (const [n, { id: attempt }] of claimed.entries()) {
      if (n === 0) continue
      await from.placed(attempt, { callId: `call-${n}` })
      if (n > 1) await from.ended(attempt, { outcome: 'no_answer', seconds: n })
    }
    const abandoned = await from.beginPlan({ suppression: false })
    await abandoned.add([{ line: 1, number: '+34600000001', calendar: 'x', variables: {} }])
    await runner.leave()
    return { source, from, batch, claimed }
  }

  test('keeps every attempt and the id, and closes the source', async () => {
    const { source, from, batch, claimed } = await full()
    const target = await postgresStore()
    const to = await target.open()
    const before = await from.status(batch)
    const leads = await collect(from.leads(batch))
    expect(await copyLedger(from, to)).toEqual({ leads: 2_500, attempts: 1_000 })
    expect(to.id).toBe(from.id)
    expect(await to.status(batch)).toEqual(before)
    expect(await collect(to.leads(batch))).toEqual(leads)
    expect(await to.suppressed('+34600009999')).toBe(true)
    expect(await to.unknownKeys(claimed.map((one) => one.idempotencyKey))).toEqual([])

    for (const refused of [
      () => from.join(),
      () => from.adopt(),
      () => from.resume(batch),
      () => from.beginPlan({ suppression: false }),
      () => from.placed(claimed[0]?.id ?? '', { callId: 'late' }),
      () => from.suppress(['+34600000001'], 'x'),
    ]) {
      await expect(refused()).rejects.toMatchObject({ name: 'DialerLedgerError', code: 'MOVED' })
    }
    await expect((await source.open()).join()).rejects.toMatchObject({ code: 'MOVED' })

    const runner = await to.join()
    expect(await runner.takeover([])).toMatchObject([{ state: 'unknown' }, { state: 'placed' }])
    expect(await undecidedOne(runner)).toMatchObject({ batch })
    expect(await claimOne(to, runner)).toMatchObject({ batch })
    expect((await plan(to, 1)).id).toBeGreaterThan(batch)
    expect(await attemptsOf(to, batch)).toHaveLength(1_001)
  })

  test('copies every table but the workers', async () => {
    const source = await sqliteStore()
    const from = await source.open()
    await from.suppress(['+34600009999'], 'list')
    await running(from, [rowOf(1), { ...rowOf(1), line: 2 }])
    const key = `${from.id}.forgotten`
    await from.importCall({ idempotencyKey: key, callId: 'call', number: '+34600000001', at: source.now() })
    const target = await postgresStore()
    await copyLedger(from, await target.open())

    const tables = await source.sql(
      `select name from sqlite_schema where type = 'table' and name <> 'worker'`,
    )
    expect(tables.length).toBeGreaterThan(0)
    for (const { name } of tables) {
      const count = `select cast(count(*) as text) as n from ${name}`
      const [copied] = await target.sql(count)
      expect({ [`${name}`]: copied }).toEqual({ [`${name}`]: (await source.sql(count))[0] })
      expect({ [`${name}`]: copied }).not.toEqual({ [`${name}`]: { n: '0' } })
    }
  })

  test('can be started again with the same target, not with another', async () => {
    const { from, batch } = await full()
    const [target, other] = [await postgresStore(), await postgresStore()]
    const to = await target.open()
    const broken = new Error('cut')
    const connect = target.pool.connect.bind(target.pool)
    // The source is closed already, and nothing has reached the target.
    let reads = 0
    target.pool.connect = (async () => {
      if (++reads === 2) throw broken
      return connect()
    }) as typeof target.pool.connect
    await expect(copyLedger(from, to)).rejects.toBe(broken)
    await expect(copyLedger(from, await other.open())).rejects.toMatchObject({ code: 'MOVED' })
    expect(await copyLedger(from, to)).toMatchObject({ leads: 2_500 })
    expect(await copyLedger(from, to)).toMatchObject({ leads: 2_500 })
    expect((await to.status(batch)).rows.planned).toBe(2_500)
  })

  test('is refused while the source runs, into a ledger in use, and with another key', async () => {
    const source = await sqliteStore()
    const from = await source.open()
    const batch = await running(from, 1)
    const runner = await (await source.open()).join()
    const empty = await (await postgresStore()).open()
    await expect(copyLedger(from, empty)).rejects.toMatchObject({ code: 'BUSY' })
    const used = await (await postgresStore()).open()
    await plan(used, 1)
    await expect(copyLedger(from, used)).rejects.toMatchObject({ code: 'NOT_EMPTY' })
    const sealed = await (await postgresStore()).open({ sealNumbers: 'k'.repeat(32) })
    await expect(copyLedger(from, sealed)).rejects.toMatchObject({ code: 'SEAL_KEY' })
    await expect(copyLedger(used, empty)).rejects.toMatchObject({ code: 'COPY_SOURCE' })
    await runner.leave()
    expect(await claim(from, await from.join(), { batch })).toHaveLength(1)
    await source.advance(day)
  })
})
