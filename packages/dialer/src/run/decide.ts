import { exponential } from '@digame/internal'
import type { Attempt, BatchLimits, Decision, Undecided } from '../ledger/records.ts'
import type { NotPlaced } from '../port.ts'
import { afterCall, type RetryTable } from '../rules/retries.ts'

/** The kinds of refusals. The ledger keeps the kind, because after a crash it decides whether the lead is called again. */
export type Refusal = NotPlaced | 'closed' | 'suppressed' | 'rule_failed'

/** A refusal as the ledger keeps it: its kind, and the service's code if there is one. */
export const refusalOf = (kind: Refusal, code?: string): string => (code ? `${kind}: ${code}` : kind)

/** Whether the next lead of the batch would be refused too, so that the batch stops. */
export const isAccountRefusal = ({ state, why }: Attempt): boolean =>
  state === 'refused' && why !== undefined && why.startsWith('account')

export interface DecideOptions {
  readonly retries: RetryTable
  readonly limits: BatchLimits
  /** Wait after a first refusal, in milliseconds; doubled after each further one. */
  readonly backoffMs: number
  /** By the ledger's clock. */
  readonly now: number
}

const longestBackoffMs = 600_000
/** A rule that fails this often in a row ends the lead: a person must look, and nobody is called while a rule is unclear. */
const maxRuleFailures = 5

/** Decides what becomes of a lead whose attempt is over. */
export function decisionFor(
  { attempt, tries, refusals, ruleFailures, outcomes }: Undecided,
  { retries, limits, backoffMs, now }: DecideOptions,
): Decision {
  const endedAt = attempt.endedAt ?? now
  if (attempt.state === 'ended') {
    const { outcome = 'other' } = attempt
    return afterCall({ outcome, count: outcomes[outcome] ?? 1, tries, endedAt }, retries, limits.tries)
  }
  const why = attempt.why ?? 'refused'
  // A person has settled it as not called: there is nothing to wait for.
  if (why === 'person') return { to: 'ready', dueAt: now }
  if (why.startsWith('refused')) return { to: 'done', why }
  if (why.startsWith('suppressed')) return { to: 'cancelled', why }
  if (why.startsWith('rule_failed') && ruleFailures >= maxRuleFailures) return { to: 'cancelled', why }
  const waits = { firstMs: backoffMs, maxMs: longestBackoffMs }
  return { to: 'ready', dueAt: endedAt + exponential(Math.max(0, refusals - 1), waits) }
}
