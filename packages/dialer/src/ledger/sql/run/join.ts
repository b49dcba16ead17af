import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { DialerLedgerError } from '../../../errors.ts'
import type { Runner } from '../../ledger.ts'
import { newestClaim } from '../attempts/imports.ts'
import { cancelLeads } from '../batches/cancel-leads.ts'
import type { Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { assertAdopted, assertNewest } from './adopt.ts'
import type { Lock, TakeLock } from './lock.ts'
import { createRunner } from './runner.ts'

/** Calls are looked up by how long ago they were placed, which a clock that went back cannot tell. */
async function assertClockForward(tx: Tx): Promise<void> {
  const aheadMs = ((await newestClaim(tx)) ?? tx.now) - tx.now
  if (aheadMs > 0) {
    throw new DialerLedgerError(
      'CLOCK_WENT_BACK',
      `The clock is ${Math.ceil(aheadMs / 1000)} s behind the ledger's newest attempt: set it right, then run again`,
    )
  }
}

/** Writes the worker and raises the fence. Returns the new fence. */
async function insertWorker({ times }: Context, tx: Tx, id: string, lock: Lock | undefined): Promise<number> {
  // Only one process holds the lock: earlier runners are dead, and this one's lease has no end.
  if (lock) await tx.run('delete from worker')
  await tx.run(
    'insert into worker(id, pid, host, beat_at, lease_until) values ($1, $2, $3, $4, $5)',
    id,
    process.pid,
    hostname(),
    tx.now,
    lock ? Number.MAX_SAFE_INTEGER : tx.now + times.leaseMs,
  )
  await tx.run('update ledger set fence = fence + 1')
  return tx.self.fence + 1
}

/** Becomes a runner, with the lock if the store has one. `Ledger.join` says what it throws. */
export async function join(context: Context, takeLock: TakeLock | undefined): Promise<Runner> {
  const { db } = context
  const location = await db.location()
  // Before the lock: a ledger that may not run leaves the lock alone.
  await db.read(async (tx) => assertAdopted(tx.self, location))
  const lock = await takeLock?.()
  const id = randomUUID()
  try {
    const fence = await db.write(
      async (tx) => {
        assertAdopted(tx.self, location)
        assertNewest(lock, tx.self)
        await assertClockForward(tx)
        return await insertWorker(context, tx, id, lock)
      },
      { lock: true },
    )
    lock?.keepFence((await db.read(async (tx) => tx.self)).id, fence)
    await cancelLeads(context)
  } catch (error) {
    lock?.release()
    throw error
  }
  return createRunner({ ...context, id }, async () => {
    await db.write((tx) => tx.run('delete from worker where id = $1', id))
    lock?.release()
  })
}
