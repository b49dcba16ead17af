import type { Undecided } from '../ledger/records.ts'
import { decisionFor, isAccountRefusal } from './decide.ts'
import type { Session } from './session-context.ts'

/** Leads decided at once. */
const pageSize = 100

async function decideLead(session: Session, undecided: Undecided, now: number): Promise<void> {
  const { runner, rulebook, batches, limits, emit } = session
  const { batch: id, lead, attempt } = undecided
  const batch = batches.get(id)
  // Another process planned it a moment ago; it is known after the next scan.
  if (batch === undefined) return
  if (isAccountRefusal(attempt)) await batches.stop(id, attempt.why ?? '')
  const retries = rulebook.retries(batch)
  const decision = decisionFor(undecided, { retries, limits: batch.limits, backoffMs: limits.backoffMs, now })
  if (!(await runner.decide(undecided, decision))) return
  const why = decision.to === 'ready' ? undefined : decision.why
  const dueAt = decision.to === 'ready' ? new Date(decision.dueAt) : undefined
  emit({ type: 'decided', batch: id, lead, state: decision.to, why, dueAt })
}

/** Decides what becomes of every busy lead without an open attempt. */
export async function decideLeads(session: Session): Promise<void> {
  const { ledger, runner, signals } = session
  for (;;) {
    const undecided = await runner.undecided(pageSize)
    if (undecided.length === 0) return
    const now = await ledger.now()
    await Promise.all(undecided.map((one) => decideLead(session, one, now)))
    if (undecided.length < pageSize || signals.over.aborted) return
  }
}
