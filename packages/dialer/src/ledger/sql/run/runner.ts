import type { Runner } from '../../ledger.ts'
import type { Claimed } from '../../records.ts'
import { selectAttempts } from '../attempts/attempt-row.ts'
import { createStepRunner } from '../attempts/transitions.ts'
import { oldestLiveCall } from '../store/context.ts'
import { count, type Tx } from '../store/db.ts'
import { isOpen } from '../store/predicates.ts'
import { claim } from './claim.ts'
import { decideLead } from './decide-lead.ts'
import { readDue, slotsSql } from './due.ts'
import { holdAttempt, loseAttempt, refuseUnsent } from './hold-and-lose.ts'
import { assertLease, type RunnerContext, renewLease, underLease } from './lease.ts'
import { settleRefused } from './settle-refused.ts'
import { stopBatch } from './stop-batch.ts'
import { takeOver } from './take-over.ts'
import { readUndecided } from './undecided.ts'

const expiredPerTransaction = 5_000

const expireLeads = ({ db }: RunnerContext, tx: Tx): Promise<number> =>
  tx.run(
    `update lead set state = 'expired', why = 'expired', changed_at = $1 where id in (
     select id from lead where state = 'ready' and expires_at is not null and expires_at <= $1 limit ${expiredPerTransaction}
     ${db.rowLock('for update skip locked')}) and state = 'ready'`,
    tx.now,
  )

/** Claims and takeovers share the attempts of claims that failed: they may have been committed, and nobody sends them. */
function createClaims(context: RunnerContext): Pick<Runner, 'claim' | 'takeover'> {
  const unsent = new Set<string>()
  return {
    async claim(options): Promise<Claimed[]> {
      const ids = new Set<string>()
      try {
        return await underLease(context, (tx) => claim(context, tx, options, ids), { lock: true })
      } catch (error) {
        for (const id of ids) unsent.add(id)
        throw error
      }
    },
    async takeover(sending) {
      const refused = [...unsent]
      const taken = await underLease(context, async (tx) => {
        await refuseUnsent(context, tx, refused)
        return await takeOver(context, tx, sending)
      })
      for (const id of refused) unsent.delete(id)
      return taken
    },
  }
}

/** @param leave ends the lease, and releases what the store holds for the runner */
export function createRunner(context: RunnerContext, leave: () => Promise<void>): Runner {
  const { id, seal, times } = context
  const step = createStepRunner(context, { id, check: assertLease })
  return {
    id,
    ...createClaims(context),
    beat: () => underLease(context, (tx) => renewLease(context, tx)),
    leave,
    due: () => underLease(context, readDue),
    slots: () => underLease(context, (tx) => count(tx, slotsSql(1), oldestLiveCall(times, tx.now))),
    expire: () => underLease(context, (tx) => expireLeads(context, tx)),
    openAttempts: () =>
      underLease(context, (tx) =>
        selectAttempts(tx, seal, `a.owner = $1 and ${isOpen('a')} and a.state in ('unknown','placed')`, id),
      ),
    hold: (attempt, why, evidence) => holdAttempt(context, step, attempt, why, evidence),
    lose: (attempt) => loseAttempt(context, step, attempt),
    undecided: (limit) => underLease(context, (tx) => readUndecided(context, tx, limit)),
    decide: (undecided, decision) =>
      underLease(context, (tx) => decideLead(context, tx, undecided, decision)),
    settleRefused: (undecided, why) =>
      underLease(context, (tx) => settleRefused(context, tx, undecided, why)),
    stop: (batch, why) => underLease(context, (tx) => stopBatch(context, tx, batch, why)),
  }
}
