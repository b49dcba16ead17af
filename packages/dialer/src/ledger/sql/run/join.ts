import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { DialerAdoptionError, DialerLedgerError } from '../../../errors.ts'
import type { Runner } from '../../ledger.ts'
import { sweepCancelled } from '../batches/batches.ts'
import { assertHere, assertRunning, type Context } from '../store/context.ts'
import type { Self, Tx } from '../store/db.ts'
import { createRunner } from './runner.ts'

/** What keeps all other processes out, where one may run a ledger. */
export interface Lock {
  /** The highest fence that this ledger had when the lock was held last: an older ledger is an old copy. */
  fence(ledger: string): number
  keep(ledger: string, fence: number): void
  release(): void
}

/** @throws DialerBusyError another process holds it */
export type TakeLock = () => Promise<Lock>

const elsewhere = 'The ledger is not where it was: a copy, or restored, moved or failed over'
const older = 'The ledger is older than its last run: an old copy was put in its place'

function assertNewest(lock: Lock | undefined, self: Self): void {
  if (lock && lock.fence(self.id) > self.fence) {
    throw new DialerAdoptionError(
      'ELSEWHERE',
      `${older}. Calls since then may be missing; look, then adopt it`,
    )
  }
}

/** Everything that is looked up is looked up by how long ago it was. */
async function assertForward(tx: Tx): Promise<void> {
  const [newest] = await tx.all('select sending_at from attempt order by seq desc limit 1')
  const aheadMs = newest ? Number(newest['sending_at']) - tx.now : 0
  if (aheadMs > 0) {
    throw new DialerLedgerError(
      'CLOCK_WENT_BACK',
      `The clock is ${Math.ceil(aheadMs / 1000)} s behind the ledger's newest attempt: set it right, then run again`,
    )
  }
}

export async function refusal({ db }: Context): Promise<string | undefined> {
  const [place, self] = await Promise.all([db.place(), db.read(async (tx) => tx.self)])
  if (self.moved_to !== null) return `It was copied to ${self.moved_to}, which goes on instead`
  return self.halted ?? (self.place === place ? undefined : elsewhere)
}

export async function join(context: Context, takeLock: TakeLock | undefined): Promise<Runner> {
  const { db, times } = context
  const place = await db.place()
  const assertMine = (tx: Tx): void => {
    assertRunning(tx.self)
    if (tx.self.place !== place) {
      throw new DialerAdoptionError('ELSEWHERE', `${elsewhere}. If it is the one to go on with, adopt it`)
    }
  }
  await db.read(async (tx) => assertMine(tx))
  const lock = await takeLock?.()
  const id = randomUUID()
  try {
    const fence = await db.write(
      async (tx) => {
        assertMine(tx)
        assertNewest(lock, tx.self)
        await assertForward(tx)
        // Whoever holds the lock is alone: earlier runners are dead, and no time of theirs runs out.
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
      },
      { lock: true },
    )
    lock?.keep((await db.read(async (tx) => tx.self)).id, fence)
    await sweepCancelled(context)
  } catch (error) {
    lock?.release()
    throw error
  }
  return createRunner(context, id, async () => {
    await db.write((tx) => tx.run('delete from worker where id = $1', id))
    lock?.release()
  })
}

export async function adopt({ db }: Context, takeLock: TakeLock | undefined): Promise<void> {
  const lock = await takeLock?.()
  try {
    const place = await db.place()
    await db.write(
      async (tx) => {
        assertHere(tx.self)
        await tx.run(
          'update ledger set place = $1, halted = null, fence = $2',
          place,
          Math.max(tx.self.fence, lock?.fence(tx.self.id) ?? 0),
        )
      },
      { lock: true },
    )
  } finally {
    lock?.release()
  }
}
