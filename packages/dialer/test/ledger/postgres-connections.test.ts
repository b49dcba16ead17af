import { createTestClock } from '@digame/test-support'
import pg from 'pg'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts'
import { whileFull } from '../../src/ledger/postgres/retry.ts'
import { claim, running } from './support/batches.ts'
import { postgresStore } from './support/stores.ts'

const full = (): Error => Object.assign(new Error('sorry, too many clients already'), { code: '53300' })

test('a database without a free connection is tried again until it has one', async () => {
  const clock = createTestClock()
  let tries = 0
  const take = async (): Promise<string> => {
    if (++tries < 5) throw full()
    return 'connected'
  }
  expect(await clock.run(whileFull(take, clock))).toBe('connected')
  expect(tries).toBe(5)
  expect(clock.elapsed()).toBeGreaterThan(500)
})

test('after ten seconds without a free connection the error says how many are needed', async () => {
  const clock = createTestClock()
  const taking = whileFull(() => Promise.reject(full()), clock)
  await expect(clock.run(taking)).rejects.toThrow(
    'Postgres has no connection left (sorry, too many clients already): each process on a ledger needs up to 3. Raise max_connections, or run fewer processes',
  )
  expect(clock.elapsed()).toBeGreaterThan(5000)
  expect(clock.elapsed()).toBeLessThan(10_000)
})

test('any other error is thrown at once', async () => {
  const clock = createTestClock()
  await expect(whileFull(() => Promise.reject(new Error('no route')), clock)).rejects.toThrow('no route')
  expect(clock.elapsed()).toBe(0)
})

test('a ledger opens at most three connections, and works with them', async () => {
  const { schema, behind } = await postgresStore()
  const url = new URL(inject('postgres'))
  url.searchParams.set('application_name', schema)
  const ledger = await openPostgresLedger(url.href, { schema })
  onTestFinished(() => ledger.close())
  ledger.onChange(() => {})
  await running(ledger, 30)
  const runner = await ledger.join()
  const claimed = await claim(ledger, runner)
  await Promise.all(claimed.map(({ id }) => ledger.placed(id, { callId: id })))
  const { rows } = await behind.query<{ n: string }>(
    'select count(*) as n from pg_stat_activity where application_name = $1',
    [schema],
  )
  expect(Number(rows[0]?.n)).toBe(3)
})

test('a ledger is opened as soon as the database has a connection for it', async () => {
  const { schema, behind } = await postgresStore()
  const role = `role_${schema}`
  await behind.query(`create role ${role} login password 'one' connection limit 1`)
  await behind.query(`grant all on schema ${schema} to ${role}`)
  const url = new URL(inject('postgres'))
  url.username = role
  url.password = 'one'
  const pool = new pg.Pool({ connectionString: url.href, max: 1 })
  const other = new pg.Client({ connectionString: url.href })
  onTestFinished(async () => {
    await pool.end()
    await behind.query(`drop owned by ${role}; drop role ${role}`)
  })
  await other.connect()
  const connecting = vi.spyOn(pool, 'connect')
  const opening = openPostgresLedger(pool, { schema })
  while (connecting.mock.calls.length < 2) await behind.query('select 1')
  await other.end()
  const ledger = await opening
  expect(await ledger.batches()).toEqual([])
  await ledger.close()
})
