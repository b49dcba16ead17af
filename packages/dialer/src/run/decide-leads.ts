import type { LeadState, Undecided } from '../ledger/records.ts'
import { decisionFor, isRuleDown } from './decide.ts'
import { consequenceOf } from './refusal.ts'
import type { Session } from './session-context.ts'

/** Leads decided at once. */
const pageSize = 100

interface Decided {
  readonly state: LeadState
  readonly why?: string | undefined
  readonly dueAt?: number | undefined
}

function announce({ emit }: Session, batch: number, lead: number, { state, why, dueAt }: Decided): void {
  const due = dueAt === undefined ? undefined : new Date(dueAt)
  emit({ type: 'decided', batch, lead, state, why, dueAt: due })
}

/** Ends a lead that the service refused, or gives it back together with those that were refused alike. */
async function settleRefused(session: Session, undecided: Undecided, why: string): Promise<void> {
  const { runner, batches } = session
  const { batch, lead } = undecided
  const { state, givenBack, dueAt, isStopped } = await runner.settleRefused(undecided, why)
  if (isStopped) batches.reportStopped(batch, why)
  if (state === 'done') announce(session, batch, lead, { state, why })
  for (const id of givenBack) announce(session, batch, id, { state: 'ready', dueAt })
}

async function decideLead(session: Session, undecided: Undecided, now: number): Promise<void> {
  const { runner, rulebook, batches, limits } = session
  const { batch: id, lead, attempt } = undecided
  const batch = batches.get(id)
  // Another process planned it a moment ago; it is known after the next scan.
  if (batch === undefined) return
  const { state, why = '' } = attempt
  // Stopped first: the lead that is given back may be due at once.
  const consequence = state === 'refused' ? consequenceOf(why) : undefined
  const isStop = consequence === 'stop' || (consequence === 'later_or_stop' && isRuleDown(undecided))
  if (isStop) await batches.stop(id, why)
  const retries = rulebook.retries(batch)
  const decision = decisionFor(undecided, { retries, limits: batch.limits, backoffMs: limits.backoffMs, now })
  if (decision.to === 'refused') return settleRefused(session, undecided, decision.why)
  if (!(await runner.decide(undecided, decision))) return
  announce(session, id, lead, { state: decision.to, ...decision })
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
