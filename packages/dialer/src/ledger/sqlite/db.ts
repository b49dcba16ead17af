import type { DatabaseSync } from 'node:sqlite'
import type { Columns, Db, Tx } from '../sql/store/db.ts'
import { readSelf, selfColumns } from '../sql/store/db.ts'
import { number } from '../sql/store/rows.ts'
import { locationOf } from './database.ts'
import { whileBusy } from './retry.ts'
import { prepareStatements, type SyncStatements } from './statements.ts'

export interface SqliteDbOptions {
  readonly file: string
  readonly database: DatabaseSync
  /** The wall clock, in milliseconds since 1970. */
  readonly now: () => number
  /** Runs before the database closes. */
  readonly onClose: () => void
}

function beginTx({ all, run }: SyncStatements, now: number, worker: string | undefined): Tx {
  const [self = {}] = all(`select ${selfColumns} from ledger`)
  const [lease] = worker === undefined ? [] : all('select lease_until from worker where id = $1', worker)
  return {
    now,
    self: readSelf(self),
    leaseUntil: lease ? number(lease, 'lease_until') : 0,
    all: async (sql, ...values) => all(sql, ...values),
    run: async (sql, ...values) => run(sql, ...values),
  }
}

/** Runs works one after another. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

const jsonTable = (n: number, columns: Columns): string => {
  const fields = Object.keys(columns).map((name) => `value ->> '$.${name}' as ${name}`)
  return `(select ${fields.join(', ')} from json_each($${n})) as r`
}

export function createSqliteDb({ file, database, now, onClose }: SqliteDbOptions): Db {
  const statements = prepareStatements(database)
  // There is one connection, so a statement outside its turn would become part of another transaction.
  const inTurn = createQueue()

  async function transaction<T>(begin: string, work: (tx: Tx) => Promise<T>, worker?: string): Promise<T> {
    await whileBusy(() => database.exec(begin))
    try {
      const result = await work(beginTx(statements, now(), worker))
      database.exec('commit')
      return result
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  return {
    name: file,
    // A deferred transaction that turns to writing fails at once, whatever the timeout.
    write: (work, options) => inTurn(() => transaction('begin immediate', work, options?.worker)),
    read: (work) => inTurn(() => transaction('begin', work)),
    jsonTable,
    rowLock: () => '',
    location: async () => locationOf(file),
    notify: async () => undefined,
    resetIds: async () => undefined,
    scrub: () => inTurn(() => whileBusy(() => database.exec('pragma wal_checkpoint(truncate)'))),
    close: () =>
      inTurn(async () => {
        onClose()
        if (database.isOpen) database.close()
      }),
  }
}
