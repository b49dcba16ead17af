import { isRecord } from '@digame/internal'
import { DialerInputError, messageOf } from '../errors.ts'
import type { Json } from '../ledger/records.ts'
import type { CalendarRules } from './calendar.ts'
import { isLocalDay, isMovedHolidays } from './holidays.ts'
import { isPurpose, type Purpose } from './purpose.ts'
import { type RetryTable, readRetries } from './retries.ts'
import { parseWindow } from './window.ts'

/** The rules of a batch. The ledger keeps them as plain JSON, and every process that runs the batch reads them back. */
export type BatchRules = CalendarRules & {
  readonly purpose: Purpose
  /** The batch was planned with a suppression hook, and does not run without one. */
  readonly asksHook: boolean
  readonly retries: RetryTable
  /** People who were called in this time before the plan were left out. Only kept on record; 0 or absent: nobody was. */
  readonly recentDays?: number
}

function readText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`${name} is not a text`)
  return value
}

function readFlag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new Error(`${name} is neither true nor false`)
  return value
}

/** The entries are kept as they are, field order included: a calendar's key is a hash over them. */
function readHolidays(value: unknown): NonNullable<BatchRules['holidays']> {
  const { moved, local } = isRecord(value) ? value : {}
  if (!Array.isArray(moved) || !moved.every(isMovedHolidays)) throw new Error('moved holidays cannot be read')
  if (!Array.isArray(local) || !local.every(isLocalDay)) throw new Error('local days cannot be read')
  return { moved, local }
}

function read(json: unknown): BatchRules {
  if (!isRecord(json)) throw new Error('not an object')
  const { purpose, window, isStrict, asksHook, retries, holidays, zone, region, recentDays } = json
  if (!isPurpose(purpose)) throw new Error('the purpose is unknown')
  const rules: BatchRules = {
    purpose,
    window: readText(window, 'window'),
    isStrict: readFlag(isStrict, 'isStrict'),
    asksHook: readFlag(asksHook, 'asksHook'),
    retries: readRetries(retries),
    ...(zone !== undefined && { zone: readText(zone, 'zone') }),
    ...(region !== undefined && { region: readText(region, 'region') }),
    ...(typeof recentDays === 'number' && { recentDays }),
    ...(holidays !== undefined && { holidays: readHolidays(holidays) }),
  }
  parseWindow(rules.window)
  return rules
}

/**
 * Reads back the rules of a batch.
 *
 * @throws DialerInputError `BAD_RULES`: another version wrote them, so the batch must not run
 */
export function readRules(json: Json): BatchRules {
  try {
    return read(json)
  } catch (cause) {
    throw new DialerInputError(
      'BAD_RULES',
      `The rules of the batch cannot be read (${messageOf(cause)}): plan it again.`,
      { cause },
    )
  }
}
