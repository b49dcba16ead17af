/** The rules of a batch, as they stand in the ledger: plain JSON, read back by every process that runs it. */
import { DialerInputError } from '../errors.ts'
import type { Json } from '../ledger/records.ts'
import type { HolidayRules } from './holidays.ts'
import { type Purpose, purposes } from './purpose.ts'
import { badRetries, type RetryTable } from './retries.ts'
import { parseWindow } from './window.ts'

export interface BatchRules {
  readonly purpose: Purpose
  /** As {@link parseWindow} reads it. */
  readonly window: string
  /** Where everybody is, whatever their numbers say. */
  readonly zone?: string
  /** Where those are whose numbers do not tell; a code of ISO 3166-2:ES, such as `MD`. */
  readonly region?: string
  /** Close on every region's holidays where neither the number nor `region` tells the region. */
  readonly isStrict: boolean
  /** Absent: holidays are days like any other. */
  readonly holidays?: Pick<HolidayRules, 'moved' | 'local'>
  /** It was planned with a suppression hook, and does not run without one. */
  readonly asksHook: boolean
  readonly retries: RetryTable
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads the rules of a batch back.
 *
 * @throws DialerInputError `BAD_RULES`: they are not of this version; the batch must not run
 */
export function readRules(json: Json): BatchRules {
  const rules: unknown = json
  try {
    if (!isRecord(rules)) throw new Error('they are no object')
    const { purpose, window, isStrict, asksHook, retries, holidays, zone, region } = rules
    if (typeof purpose !== 'string' || !Object.hasOwn(purposes, purpose))
      throw new Error('the purpose is unknown')
    if (typeof window !== 'string') throw new Error('the window is missing')
    parseWindow(window)
    if (typeof isStrict !== 'boolean' || typeof asksHook !== 'boolean')
      throw new Error('something is missing')
    if (![zone, region].every((name) => name === undefined || typeof name === 'string')) {
      throw new Error('zone or region is no text')
    }
    const bad = isRecord(retries) ? badRetries(retries) : 'the retries are missing'
    if (bad !== undefined) throw new Error(bad)
    const { moved, local } = isRecord(holidays) ? holidays : { moved: [], local: [] }
    if (!Array.isArray(moved) || !Array.isArray(local)) throw new Error('the holidays cannot be read')
    return rules as unknown as BatchRules
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DialerInputError(
      'BAD_RULES',
      `The rules of the batch cannot be read (${why}): plan it again.`,
      { cause },
    )
  }
}
