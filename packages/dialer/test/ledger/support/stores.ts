import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import type { Ledger, LedgerTimes } from '../../../src/ledger/ledger.ts'
import { openPostgresLedger } from '../../../src/ledger/postgres/open.ts'
import { openSqliteLedger } from '../../../src/ledger/sqlite/open.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

interface OpenOptions {
  readonly sealNumbers?: string
  readonly times?: Partial<LedgerTimes>
}

/** The store of one test, with a clock that stands still until the test moves it. */
export interface Store {
  readonly kind: 'sqlite' | 'postgres'
  /** Opens the ledger, each time as another process would. */
  open(options?: OpenOptions): Promise<Ledger>
  now(): number
  /** Time passes; runners keep their leases meanwhile. */
  advance(ms: number): Promise<void>
  /** Ends the leases of all runners: time passes without a beat; on SQLite their rows are deleted. */
  lapse(): Promise<void>
  /** Runs SQL in the store, without the ledger. */
  sql(text: string): Promise<Record<string, unknown>[]>
}

export interface SqliteStore extends Store {
  readonly kind: 'sqlite'
  readonly file: string
}

export interface PostgresStore extends Store {
  readonly kind: 'postgres'
  /** The pool of the ledgers. */
  readonly pool: pg.Pool
  /** The pool of the test. */
  readonly behind: pg.Pool
  readonly schema: string
}

const start = Date.UTC(2026, 5, 1, 10)

function closing(): (ledger: Ledger) => Ledger {
  const ledgers: Ledger[] = []
  onTestFinished(async () => {
    for (const ledger of ledgers) await ledger.close()
  })
  return (ledger) => {
    ledgers.push(ledger)
    return ledger
  }
}

export async function sqliteStore(file: string = join(temporaryFolder(), 'ledger.db')): Promise<SqliteStore> {
  let now = start
  const closed = closing()
  return {
    kind: 'sqlite',
    file,
    open: async (options) => closed(await openSqliteLedger(file, { ...options, now: () => now })),
    now: () => now,
    advance: async (ms) => {
      now += ms
    },
    lapse: async () => {
      const database = new DatabaseSync(file)
      database.exec('delete from worker')
      database.close()
    },
    sql: async (text) => {
      const database = new DatabaseSync(file)
      try {
        return database.prepare(text).all()
      } finally {
        database.close()
      }
    },
  }
}

export async function postgresStore(): Promise<PostgresStore> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  const connect = (max: number): pg.Pool =>
    new pg.Pool({ connectionString: inject('postgres'), max }).on('error', () => undefined)
  const [pool, behind] = [connect(10), connect(2)]
  let now = start
  onTestFinished(async () => {
    await behind.query(`drop schema if exists ${schema} cascade`)
    await pool.end()
    await behind.end()
  })
  // Registered last, so that the ledgers close first.
  const closed = closing()
  await behind.query(`create schema ${schema}`)
  await behind.query(`create table ${schema}.test_clock(now bigint)`)
  await behind.query(`insert into ${schema}.test_clock values (${now})`)
  return {
    kind: 'postgres',
    pool,
    behind,
    schema,
    open: async (options) => {
      const ledger = closed(await openPostgresLedger(pool, { ...options, schema }))
      await behind.query(`create or replace function ${schema}.now_ms() returns bigint language sql volatile
        as 'select now from ${schema}.test_clock'`)
      return ledger
    },
    now: () => now,
    advance: async (ms) => {
      now += ms
      await behind.query(`update ${schema}.test_clock set now = ${now}`)
      await behind.query(`update ${schema}.worker set lease_until = lease_until + ${ms}`)
    },
    lapse: async () => {
      now += 15_000
      await behind.query(`update ${schema}.test_clock set now = ${now}`)
    },
    sql: async (text) => {
      const client = await behind.connect()
      try {
        await client.query(`set search_path to ${schema}`)
        return (await client.query(text)).rows
      } finally {
        await client.query('reset search_path')
        client.release()
      }
    },
  }
}

export const stores: { name: string; create: () => Promise<Store> }[] = [
  { name: 'SQLite', create: sqliteStore },
  { name: 'Postgres', create: postgresStore },
]
