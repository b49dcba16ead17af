/** The steps of an attempt that only a runner takes, under its lease. */
import type { FactResult } from '../../ledger.ts'
import type { HeldWhy, Json } from '../../records.ts'
import {
  illegal,
  loadAttempt,
  moveTo,
  recordEnd,
  recordRefusal,
  type StepRunner,
} from '../attempts/transitions.ts'
import type { Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { encryptEvidence } from '../store/sealed.ts'

export const holdAttempt = (
  { seal, times }: Context,
  step: StepRunner,
  id: string,
  why: HeldWhy,
  evidence: Json | undefined,
): Promise<FactResult> =>
  step(id, async (tx, attempt) => {
    if (attempt.state !== 'unknown' || tx.now < attempt.claimedAt + times.settleMs) return illegal(attempt)
    const set = 'why = $2, evidence = $3'
    const result = await moveTo('held', tx, attempt, set, why, encryptEvidence(seal, evidence))
    await tx.run(
      `update lead set state = 'held', why = $2, changed_at = $3 where id = $1 and state = 'busy'`,
      attempt.lead ?? null,
      why,
      tx.now,
    )
    return result
  })

export const loseAttempt = ({ times }: Context, step: StepRunner, id: string): Promise<FactResult> =>
  step(id, (tx, attempt) => {
    if (attempt.state !== 'placed' || tx.now < attempt.claimedAt + times.maxCallMs) return illegal(attempt)
    return recordEnd(tx, attempt, { outcome: 'other', at: tx.now, seconds: null, why: 'lost_sight' })
  })

/**
 * Refuses attempts of this runner's claims that failed on the way back. The claim may have been committed, but only this process
 * could have sent them, and it does not.
 */
export async function refuseUnsent(context: Context, tx: Tx, attempts: Iterable<string>): Promise<void> {
  for (const id of attempts) {
    const attempt = await loadAttempt(context, tx, id)
    if (attempt?.state === 'sending') await recordRefusal(tx, attempt, 'never_sent')
  }
}
