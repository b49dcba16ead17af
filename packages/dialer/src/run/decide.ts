/** What becomes of a lead whose attempt is over. */

import type { Attempt, BatchLimits, Decision, Undecided } from '../ledger/records.ts'
import type { NotPlaced } from '../port.ts'
import { afterCall, type RetryTable } from '../rules/retries.ts'

/** How a refusal is written into the ledger: whether the lead may be tried again must be read from it after a crash. */
export type Refusal = NotPlaced | 'closed' | 'suppressed' | 'rule_failed'

/** A refusal as the ledger's `why`: its kind, and the service's code. */
export const refusalOf = (kind: Refusal, code?: string): string => (code ? `${kind}: ${code}` : kind)

/** Whether the next lead of the batch would be refused too, so that the batch stops. */
export const isAccountRefusal = ({ state, why }: Attempt): boolean =>
  state === 'refused' && why !== undefined && why.startsWith('account')

export interface DecideOptions {
  readonly table: RetryTable
  readonly limits: BatchLimits
  readonly backoffMs: number
  /** By the ledger's clock. */
  readonly now: number
}

const longestBackoffMs = 600_000
/** A rule that fails so often in a row ends the lead: somebody must look, and nobody is called on a missing answer. */
const rulePatience = 5

export function decisionFor(
  { attempt, tries, refusals, ruleFailures, outcomes }: Undecided,
  { table, limits, backoffMs, now }: DecideOptions,
): Decision {
  const endedAt = attempt.endedAt ?? now
  if (attempt.state === 'ended') {
    const { outcome = 'other' } = attempt
    return afterCall({ outcome, count: outcomes[outcome] ?? 1, tries, endedAt }, table, limits.tries)
  }
  const why = attempt.why ?? 'refused'
  // A person's word, or another call in doubt: nothing to wait for.
  if (why === 'person') return { to: 'ready', dueAt: now }
  if (why.startsWith('refused')) return { to: 'done', why }
  if (why.startsWith('suppressed')) return { to: 'cancelled', why }
  if (why.startsWith('rule_failed') && ruleFailures >= rulePatience) return { to: 'cancelled', why }
  const delay = Math.min(longestBackoffMs, backoffMs * 2 ** Math.min(20, Math.max(0, refusals - 1)))
  return { to: 'ready', dueAt: endedAt + delay }
}
