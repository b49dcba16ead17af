import { DatabaseSync } from 'node:sqlite'
import { DialerBusyError, type Holder } from '../../errors.ts'
import type { Lock } from '../sql/run/lock.ts'
import { isBusy } from './retry.ts'

/**
 * Locks a second file for as long as a runner lives: a lock of the kernel, which ends with the process, however that ends.
 *
 * The ledger itself cannot be locked: any reader of its file in this process would release the lock when it closes it.
 *
 * @throws DialerBusyError another process holds the lock; `holder` finds out which
 */
export function lockFile(file: string, holder: () => Holder | undefined): Lock {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // In this mode the lock outlives the commits.
    database.exec('pragma locking_mode = exclusive; pragma synchronous = full; begin exclusive')
    database.exec(
      'create table if not exists run(ledger text primary key, fence integer not null) strict; commit',
    )
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    const who = holder()
    throw new DialerBusyError(
      who
        ? `Process ${who.pid} on ${who.host} runs this ledger (last beat ${who.beatAt.toISOString()}): stop it first`
        : 'Another process is starting to run this ledger',
      who,
    )
  }
  return {
    fence: (ledger) =>
      Number(database.prepare('select fence from run where ledger = ?').get(ledger)?.['fence'] ?? 0),
    keepFence: (ledger, fence) => {
      database.prepare('insert or replace into run(ledger, fence) values (?, ?)').run(ledger, fence)
    },
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}
