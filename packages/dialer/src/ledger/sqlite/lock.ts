import { DatabaseSync } from 'node:sqlite'
import { DialerBusyError, type Holder } from '../../errors.ts'
import type { Lock } from '../sql/run/join.ts'
import { isBusy } from './retry.ts'

/**
 * The kernel's lock on a second file, held for a runner's life: it ends with the process, however that ends.
 *
 * It stands in a file of its own because every reader of the ledger itself would let go of it.
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
    keep: (ledger, fence) => {
      database.prepare('insert or replace into run(ledger, fence) values (?, ?)').run(ledger, fence)
    },
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}
