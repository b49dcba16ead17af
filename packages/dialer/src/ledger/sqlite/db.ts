import { statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { DialerLedgerError } from '../../errors.ts'
import type { Db, Row, Self, Tx, Value, WriteOptions } from '../sql/store/db.ts'
import { errcodeOf, whileBusy } from './retry.ts'

export interface SqliteDb extends Db {
  readonly file: string
  readonly database: DatabaseSync
}

/** Marks the file as a ledger, beside its tables. */
export const applicationId = 0x64696761
const notADatabase = 26

/** @throws DialerLedgerError `NOT_A_LEDGER`, before anything of the file is changed */
export async function openDatabase(file: string): Promise<DatabaseSync> {
  const database = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true })
  try {
    await whileBusy(() => assertLedger(database, file))
    await whileBusy(() => database.exec('pragma journal_mode = wal'))
    // FULL: a commit of a WAL is on the disk when it returns. What is deleted is overwritten.
    database.exec('pragma synchronous = full; pragma secure_delete = on')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** An empty file may become a ledger. */
function assertLedger(database: DatabaseSync, file: string): void {
  const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0]
  try {
    if (one('pragma application_id') === applicationId || one('select count(*) from sqlite_schema') === 0)
      return
  } catch (error) {
    if (errcodeOf(error) !== notADatabase) throw error
  }
  throw new DialerLedgerError('NOT_A_LEDGER', `${file} is not a ledger: name another file`)
}

/** The file's place; a copy of it has another. */
export function placeOf(file: string): string {
  const { dev, ino, birthtimeMs } = statSync(file)
  return JSON.stringify({ dev, ino, born: Math.trunc(birthtimeMs) })
}

export function sqliteDb(
  file: string,
  database: DatabaseSync,
  now: () => number,
  closing: () => void = () => undefined,
): SqliteDb {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (!statement) {
      // SQLite numbers its parameters with ?1; $1 would be a name.
      statement = database.prepare(sql.replace(/\$(\d+)/g, '?$1'))
      statements.set(sql, statement)
    }
    return statement
  }
  const all = (sql: string, ...values: Value[]): Row[] => prepared(sql).all(...values) as Row[]
  const run = (sql: string, ...values: Value[]): number => Number(prepared(sql).run(...values).changes)

  const begun = (worker?: string): Tx => ({
    now: now(),
    self: all('select id, place, fence, halted, moved_to, seal from ledger')[0] as unknown as Self,
    leaseUntil: worker
      ? Number(all('select lease_until from worker where id = $1', worker)[0]?.['lease_until'] ?? 0)
      : 0,
    all: async (sql, ...values) => all(sql, ...values),
    run: async (sql, ...values) => run(sql, ...values),
  })

  // One connection: what is asked meanwhile waits, or it would stand in somebody else's transaction.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
  const transaction = async <T>(begin: string, work: (tx: Tx) => Promise<T>, worker?: string): Promise<T> => {
    await whileBusy(() => database.exec(begin))
    try {
      const result = await work(begun(worker))
      database.exec('commit')
      return result
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  return {
    name: file,
    file,
    database,
    // A deferred transaction that turns to writing fails at once, whatever the timeout.
    write: <T>(work: (tx: Tx) => Promise<T>, options?: WriteOptions) =>
      inTurn(() => transaction('begin immediate', work, options?.worker)),
    read: (work) => inTurn(() => transaction('begin', work)),
    rows: (n, columns) =>
      `(select ${Object.keys(columns)
        .map((name) => `value ->> '$.${name}' as ${name}`)
        .join(', ')} from json_each($${n})) as r`,
    forUpdate: '',
    place: async () => placeOf(file),
    notify: async () => undefined,
    numbered: async () => undefined,
    scrub: () => inTurn(() => whileBusy(() => database.exec('pragma wal_checkpoint(truncate)'))),
    close: () =>
      inTurn(async () => {
        closing()
        if (database.isOpen) database.close()
      }),
  }
}
