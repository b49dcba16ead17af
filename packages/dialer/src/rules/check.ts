/**
 * The rules once more, right before a request: what was true at the claim may have changed since.
 *
 * Consent and expiry are dates that the ledger holds, and checks in the claim itself.
 */
import type { Clock } from '../clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { maskNumber } from '../mask.ts'
import type { BatchRules } from './batch-rules.ts'
import { createCalendarBook } from './calendar.ts'
import { type Calendars, isOpen } from './opening.ts'
import { purposes } from './purpose.ts'
import { askHook, type SuppressionHook } from './suppression.ts'

/**
 * Whether a number may be called now.
 *
 * `closed`: its hours are over, or have not begun. `suppressed`: it is on a list. `rule_failed`: a rule could not be evaluated,
 * and `detail` says which; the lead stops.
 */
export type Clearance =
  | { readonly may: true }
  | {
      readonly may: false
      readonly why: 'closed' | 'suppressed' | 'rule_failed'
      readonly detail?: string
    }

export interface CheckOptions {
  readonly rules: BatchRules
  /** Those of the batch, loaded. */
  readonly calendars: Calendars
  readonly ledger: Pick<Ledger, 'suppressed'>
  readonly hook?: SuppressionHook | undefined
  /** @default 5000 */
  readonly hookTimeoutMs?: number | undefined
  readonly clock: Clock
}

/** Makes the check of one batch. It never throws, and in doubt it does not let a number through. */
export function createCheck(options: CheckOptions): (number: string) => Promise<Clearance> {
  const { rules, calendars, ledger, hook, hookTimeoutMs: timeoutMs, clock } = options
  const book = createCalendarBook(rules)
  const closed: Clearance = { may: false, why: 'closed' }
  const suppressed: Clearance = { may: false, why: 'suppressed' }

  async function clear(number: string): Promise<Clearance> {
    const key = book.keyOf(number)
    const problem = calendars.openers.has(key)
      ? undefined
      : (calendars.broken.get(key) ?? 'its calendar is missing')
    if (problem !== undefined) return { may: false, why: 'rule_failed', detail: problem }
    if (!isOpen(calendars, key, clock.now())) return closed
    if (!purposes[rules.purpose].asksSuppression) return { may: true }
    if (await ledger.suppressed(number)) return suppressed
    if (rules.asksHook && !hook)
      throw new Error('it was planned with a suppression hook, and the dialer has none')
    if (hook && (await askHook(hook, number, { clock, timeoutMs }))) return suppressed
    // The answers took their time.
    return isOpen(calendars, key, clock.now()) ? { may: true } : closed
  }

  return async (number) => {
    try {
      return await clear(number)
    } catch (error) {
      const detail = (error instanceof Error ? error.message : String(error)).replaceAll(
        number,
        maskNumber(number),
      )
      return { may: false, why: 'rule_failed', detail }
    }
  }
}
