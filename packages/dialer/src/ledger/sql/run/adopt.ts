/** Whether the ledger is the one to go on with, and a person's word that it is. */
import { DialerAdoptionError } from '../../../errors.ts'
import { assertMayRun, assertNotMoved, type Context } from '../store/context.ts'
import type { Self, Tx } from '../store/db.ts'
import type { Lock, TakeLock } from './lock.ts'

const elsewhere = 'The ledger is not where it was: a copy, or restored, moved or failed over'
const older = 'The ledger is older than its last run: an old copy was put in its place'

/**
 * @throws DialerAdoptionError `ELSEWHERE` the store is not where the ledger was created or last adopted; `HALTED`
 * @throws DialerLedgerError `MOVED`
 */
export function assertAdopted(self: Self, location: string): void {
  assertMayRun(self)
  if (self.location !== location) {
    throw new DialerAdoptionError(
      'ELSEWHERE',
      `${elsewhere}. If it is the one to go on with, call ledger.adopt()`,
    )
  }
}

/** @throws DialerAdoptionError `ELSEWHERE` the ledger was run further than it remembers */
export function assertNewest(lock: Lock | undefined, self: Self): void {
  if (lock && lock.fence(self.id) > self.fence) {
    throw new DialerAdoptionError(
      'ELSEWHERE',
      `${older}. Calls since then may be missing. If it is the one to go on with, call ledger.adopt()`,
    )
  }
}

/** Why `join` would refuse, if it would. */
export async function findRefusal({ db }: Context): Promise<string | undefined> {
  const [location, self] = await Promise.all([db.location(), db.read(async (tx) => tx.self)])
  if (self.movedTo !== undefined) return `It was copied to ${self.movedTo}, which goes on instead`
  return self.halted ?? (self.location === location ? undefined : elsewhere)
}

export const halt = ({ db }: Context, why: string): Promise<void> =>
  db.write(async (tx) => {
    await tx.run('update ledger set halted = $1', why)
    await db.notify(tx)
  })

/** The ledger belongs where it is now, is not halted, and is the newest. */
async function updateLedger(tx: Tx, location: string, lock: Lock | undefined): Promise<void> {
  assertNotMoved(tx.self)
  await tx.run(
    'update ledger set place = $1, halted = null, fence = $2',
    location,
    Math.max(tx.self.fence, lock?.fence(tx.self.id) ?? 0),
  )
}

export async function adopt({ db }: Context, takeLock: TakeLock | undefined): Promise<void> {
  const lock = await takeLock?.()
  try {
    const location = await db.location()
    await db.write((tx) => updateLedger(tx, location, lock), { lock: true })
  } finally {
    lock?.release()
  }
}
