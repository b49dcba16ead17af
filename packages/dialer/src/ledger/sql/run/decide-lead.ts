import type { Decision, Undecided } from '../../records.ts'
import type { Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { isOpen } from '../store/predicates.ts'

interface LeadUpdate {
  readonly state: Decision['to']
  readonly why: string | null
  /** Null leaves the time as it is. */
  readonly dueAt: number | null
}

function updateFor(decision: Decision, batchState: unknown): LeadUpdate {
  if (decision.to !== 'ready') return { state: decision.to, why: decision.why, dueAt: null }
  if (batchState === 'cancelled') return { state: 'cancelled', why: 'batch', dueAt: decision.dueAt }
  return { state: 'ready', why: null, dueAt: decision.dueAt }
}

/** Applies a decision if the lead still is where `readUndecided` found it. */
export async function decideLead(
  { db }: Context,
  tx: Tx,
  { lead, batch, attempt }: Undecided,
  decision: Decision,
): Promise<boolean> {
  const [row] = await tx.all(`select state from batch where id = $1 ${db.rowLock('for share')}`, batch)
  const { state, why, dueAt } = updateFor(decision, row?.['state'])
  const changed = await tx.run(
    `update lead set state = $3, why = $4, due_at = coalesce($5, due_at), changed_at = $6
     where id = $1 and state = 'busy'
     and (select id from attempt where lead = $1 order by no desc limit 1) = $2
     and not exists (select 1 from attempt where lead = $1 and ${isOpen('attempt')})`,
    lead,
    attempt.id,
    state,
    why,
    dueAt,
    tx.now,
  )
  return changed === 1
}
