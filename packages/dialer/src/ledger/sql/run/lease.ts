import { DialerFencedError } from '../../../errors.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import type { Tx, WriteOptions } from '../store/db.ts'

/** What every statement of one runner shares. */
export interface RunnerContext extends Context {
  /** The runner's id; attempts that it claims name it as their owner. */
  readonly id: string
}

/** @throws DialerFencedError the lease is lost */
export function assertLease(tx: Tx): void {
  assertNotMoved(tx.self)
  if (tx.leaseUntil <= tx.now) throw new DialerFencedError()
}

/** Runs a transaction that first checks the runner's lease. */
export function underLease<T>(
  { db, id }: RunnerContext,
  work: (tx: Tx) => Promise<T>,
  options: Pick<WriteOptions, 'lock'> = {},
): Promise<T> {
  return db.write(
    (tx) => {
      assertLease(tx)
      return work(tx)
    },
    { worker: id, ...options },
  )
}

export async function renewLease({ id, times }: RunnerContext, tx: Tx): Promise<void> {
  // On SQLite a lease has no end, which must stay.
  await tx.run(
    'update worker set beat_at = $2, lease_until = case when lease_until > $3 then lease_until else $3 end where id = $1',
    id,
    tx.now,
    tx.now + times.leaseMs,
  )
}
