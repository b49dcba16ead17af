/**
 * Checks the rules once more, right before a request: what was true at the claim may have changed since.
 *
 * Consent and expiry are dates that the ledger holds; the claim itself checks them.
 */
import { type Clock, maskNumber } from '@digame/internal'
import { messageOf } from '../errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { BatchRules } from './batch-rules.ts'
import { createCalendarBook } from './calendar.ts'
import { type Calendars, isOpen } from './opening.ts'
import { purposes } from './purpose.ts'
import { askHook, type SuppressionHook } from './suppression.ts'

/**
 * Whether a number may be called now.
 *
 * - `closed`: it is outside its hours.
 * - `suppressed`: it is on a list.
 * - `rule_failed`: a rule could not be evaluated, so the number is not called; `detail` says which.
 * - `not_checked`: the ledger failed, or does not hold the rules yet, so the check is made again later.
 */
export type Clearance =
  | { readonly may: true }
  | {
      readonly may: false
      readonly why: 'closed' | 'suppressed' | 'rule_failed' | 'not_checked'
      readonly detail?: string
    }

export interface CheckOptions {
  readonly rules: BatchRules
  /** The calendars of the batch, loaded. */
  readonly calendars: Calendars
  readonly ledger: Pick<Ledger, 'suppressed'>
  readonly hook?: SuppressionHook | undefined
  /** In milliseconds. @default 5000 */
  readonly hookTimeoutMs?: number | undefined
  readonly clock: Clock
}

const closed: Clearance = { may: false, why: 'closed' }
const suppressed: Clearance = { may: false, why: 'suppressed' }

/** What an error says, with the number masked. */
const describe = (error: unknown, number: string): string =>
  messageOf(error).replaceAll(number, maskNumber(number))

/** Creates the check of one batch. It never throws, and lets no number through while a rule is unclear. */
export function createCheck(options: CheckOptions): (number: string) => Promise<Clearance> {
  const { rules, calendars, ledger, hook, hookTimeoutMs: timeoutMs, clock } = options
  const book = createCalendarBook(rules)

  async function clear(number: string): Promise<Clearance> {
    const key = book.keyOf(number)
    const fault = calendars.openers.has(key)
      ? undefined
      : (calendars.broken.get(key) ?? 'its calendar is missing')
    if (fault !== undefined) return { may: false, why: 'rule_failed', detail: fault }
    if (!isOpen(calendars, key, clock.now())) return closed
    if (!purposes[rules.purpose].asksSuppression) return { may: true }
    let isListed: boolean
    try {
      isListed = await ledger.suppressed(number)
    } catch (error) {
      // The store fails, not the rule: nothing is known against the rest of the batch.
      return { may: false, why: 'not_checked', detail: describe(error, number) }
    }
    if (isListed) return suppressed
    if (rules.asksHook && !hook)
      throw new Error('it was planned with a suppression hook, and the dialer has none')
    if (hook && (await askHook(hook, number, { clock, timeoutMs }))) return suppressed
    // Asking took time, and the hours may be over now.
    return isOpen(calendars, key, clock.now()) ? { may: true } : closed
  }

  return async (number) => {
    try {
      return await clear(number)
    } catch (error) {
      return { may: false, why: 'rule_failed', detail: describe(error, number) }
    }
  }
}
