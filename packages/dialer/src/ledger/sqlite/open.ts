import { randomUUID } from 'node:crypto'
import { closeSync, openSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DialerInputError, DialerLedgerError, type Holder } from '../../errors.ts'
import type { Ledger, LedgerTimes } from '../ledger.ts'
import { createSeal } from '../seal.ts'
import { createLedger } from '../sql/ledger.ts'
import type { Lock } from '../sql/run/join.ts'
import { defaultTimes } from '../sql/store/context.ts'
import { identify, migrate } from '../sql/store/migrate.ts'
import { migrations } from '../sql/store/migrations.ts'
import { applicationId, openDatabase, placeOf, type SqliteDb, sqliteDb } from './db.ts'
import { assertLocalDisk } from './disk.ts'
import { lockFile } from './lock.ts'
import { whileBusy } from './retry.ts'

export interface SqliteLedgerOptions {
  /** Seals numbers, keys and variables at rest; at least 32 bytes. Without it the ledger cannot be read again. */
  readonly sealNumbers?: string | Uint8Array | undefined
  readonly times?: Partial<LedgerTimes> | undefined
  /** The wall clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined
}

/**
 * Opens a ledger in one file, and makes it if there is none.
 *
 * Beside it stand `-wal` and `-shm` while it is open, and `.lock`, which a runner holds. Any number of processes may open it; one runs it.
 *
 * @throws DialerLedgerError `NOT_A_LEDGER`, `NEWER`, `SEAL_KEY`, `NETWORK_DISK`
 */
export async function openSqliteLedger(path: string, options: SqliteLedgerOptions = {}): Promise<Ledger> {
  const { sealNumbers, times, now = Date.now } = options
  const seal = createSeal(sealNumbers)
  const file = existing(path)
  const database = await openDatabase(file)
  let lock: Lock | undefined
  const db = sqliteDb(file, database, now, () => lock?.release())
  try {
    await prepare(db, (tx) => identify(tx, randomUUID(), placeOf(file), seal))
  } catch (error) {
    await db.close()
    throw error
  }

  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  const holder = (): Holder | undefined => {
    const row = database.prepare('select pid, host, beat_at from worker').get()
    return (
      row && { pid: Number(row['pid']), host: String(row['host']), beatAt: new Date(Number(row['beat_at'])) }
    )
  }
  return createLedger(
    { db, seal, times: { ...defaultTimes, ...times }, changed, identity: { id: '' } },
    {
      listeners,
      takeLock: async () => {
        lock = lockFile(`${file}.lock`, holder)
        return lock
      },
    },
  )
}

/** One name for one file, readable by its owner alone when it is made here. */
function existing(path: string): string {
  if (path === '' || path === ':memory:' || path.startsWith('file:')) {
    throw new DialerInputError(
      'LEDGER_PATH',
      `A ledger needs a file on a disk, not ${path || 'an empty path'}`,
    )
  }
  const folder = dirname(resolve(path))
  try {
    assertLocalDisk(folder)
    closeSync(openSync(path, 'a', 0o600))
    return realpathSync(path)
  } catch (error) {
    if (error instanceof DialerLedgerError) throw error
    throw new DialerInputError(
      'LEDGER_PATH',
      `The ledger ${path} cannot be opened: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}

/** Exported for tests of older and newer files. */
export async function prepare(
  { database }: Pick<SqliteDb, 'database'> & { file?: string },
  then: (tx: Parameters<typeof migrate>[0]) => Promise<void>,
  all: typeof migrations = migrations,
): Promise<void> {
  const tx = {
    all: async (sql: string, ...values: (string | number | null)[]) =>
      database.prepare(sql.replace(/\$(\d+)/g, '?$1')).all(...values) as Record<
        string,
        string | number | null
      >[],
    run: async (sql: string, ...values: (string | number | null)[]) =>
      database.prepare(sql.replace(/\$(\d+)/g, '?$1')).run(...values),
  }
  await whileBusy(() => database.exec('begin immediate'))
  try {
    await migrate(tx, { id: 'integer primary key', int: 'integer', end: ' strict', first: [] }, all)
    await then(tx)
    database.exec(`pragma application_id = ${applicationId}`)
    database.exec('commit')
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
