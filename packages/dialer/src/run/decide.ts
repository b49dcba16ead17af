import { exponential } from '@digame/internal'
import type { BatchLimits, Decision, Undecided } from '../ledger/records.ts'
import { afterCall, type RetryTable } from '../rules/retries.ts'
import { type Consequence, consequenceOf } from './refusal.ts'

export interface DecideOptions {
  readonly retries: RetryTable
  readonly limits: BatchLimits
  /** Wait after a first refusal, in milliseconds; doubled after each further one. */
  readonly backoffMs: number
  /** By the ledger's clock. */
  readonly now: number
}

const longestBackoffMs = 600_000
/** As many leads with a rule that fails, without a call in between, stop the batch: it is likely to fail for everybody. */
const failingLeadsToStop = 3
/** The batch stops each time that a rule has failed this often for one lead: a person must look, and nobody else may be left. */
const failuresToStop = 5

/** Whether a rule fails so often that the batch must stop. No lead is used up by it, and nobody is called in the meantime. */
export const isRuleDown = ({ ruleFailures, ruleFailingLeads }: Undecided): boolean =>
  ruleFailingLeads >= failingLeadsToStop || (ruleFailures > 0 && ruleFailures % failuresToStop === 0)

/** The lead is done, unless others of its batch were refused alike: `Runner.settleRefused` finds out. */
export interface RefusedDecision {
  readonly to: 'refused'
  readonly why: string
}

/** Decides what becomes of a lead whose attempt is over. */
export function decisionFor(
  { attempt, tries, refusals, outcomes }: Undecided,
  { retries, limits, backoffMs, now }: DecideOptions,
): Decision | RefusedDecision {
  const endedAt = attempt.endedAt ?? now
  if (attempt.state === 'ended') {
    const { outcome = 'other' } = attempt
    return afterCall({ outcome, count: outcomes[outcome] ?? 1, tries, endedAt }, retries, limits.tries)
  }
  const { why = '' } = attempt
  const waits = { firstMs: backoffMs, maxMs: longestBackoffMs }
  const later: Decision = {
    to: 'ready',
    dueAt: endedAt + exponential(Math.max(0, refusals - 1), waits),
  }
  const again: Decision = { to: 'ready', dueAt: now }
  const cancel: Decision = { to: 'cancelled', why }
  const decisions: Readonly<Record<Consequence, Decision | RefusedDecision>> = {
    settle: { to: 'refused', why },
    stop: again,
    again,
    later,
    later_or_stop: later,
    cancel,
  }
  return decisions[consequenceOf(why)]
}
