import { randomUUID } from 'node:crypto'
import { closeSync, openSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { DialerInputError, DialerLedgerError, type Holder, messageOf } from '../../errors.ts'
import type { Ledger, LedgerTimes } from '../ledger.ts'
import { createSeal } from '../seal.ts'
import { createLedger } from '../sql/create-ledger.ts'
import { identify } from '../sql/migrations/migrate.ts'
import type { Lock } from '../sql/run/lock.ts'
import { defaultTimes } from '../sql/store/context.ts'
import { number, text } from '../sql/store/rows.ts'
import { locationOf, openDatabase } from './database.ts'
import { createSqliteDb } from './db.ts'
import { assertLocalDisk } from './disk.ts'
import { lockFile } from './lock.ts'
import { prepare } from './prepare.ts'

export interface SqliteLedgerOptions {
  /**
   * Seals numbers, row keys and variables at rest; at least 32 bytes. If you lose it, the ledger cannot be read again.
   *
   * @default none: they are stored as they are
   */
  readonly sealNumbers?: string | Uint8Array | undefined
  /** Every process that opens the ledger must pass the same. @default those of {@link LedgerTimes} */
  readonly times?: Partial<LedgerTimes> | undefined
  /** The wall clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined
}

/**
 * Opens a ledger in one file, and creates it if there is none.
 *
 * Next to the file are `-wal` and `-shm` while it is open, and `.lock`, which a runner holds. Any number of processes may open the
 * ledger; one may run it.
 *
 * @throws DialerLedgerError `NOT_A_LEDGER`, `NEWER`, `SEAL_KEY`, `NETWORK_DISK`
 * @throws DialerInputError `LEDGER_PATH` the file cannot be opened; `SEAL_KEY` the key is too short
 */
export async function openSqliteLedger(path: string, options: SqliteLedgerOptions = {}): Promise<Ledger> {
  const { sealNumbers, times, now = Date.now } = options
  const seal = createSeal(sealNumbers)
  const file = createFile(path)
  const database = await openDatabase(file)
  let lock: Lock | undefined
  const db = createSqliteDb({ file, database, now, onClose: () => lock?.release() })
  try {
    await prepare(database, (statements) => identify(statements, randomUUID(), locationOf(file), seal))
  } catch (error) {
    await db.close()
    throw error
  }

  const listeners = new Set<() => void>()
  return createLedger({
    context: {
      db,
      seal,
      times: { ...defaultTimes, ...times },
      identity: { id: '' },
      notifyListeners() {
        for (const listener of listeners) listener()
      },
    },
    listeners,
    takeLock: async () => {
      lock = lockFile(`${file}.lock`, () => readHolder(database))
      return lock
    },
  })
}

/** Outside a transaction, for a message. */
function readHolder(database: DatabaseSync): Holder | undefined {
  const row = database.prepare('select pid, host, beat_at from worker').get()
  return row && { pid: number(row, 'pid'), host: text(row, 'host'), beatAt: new Date(number(row, 'beat_at')) }
}

/** Returns one name for one file, whatever links lead to it. A new file can be read by its owner only. */
function createFile(path: string): string {
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
    throw new DialerInputError('LEDGER_PATH', `The ledger ${path} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
