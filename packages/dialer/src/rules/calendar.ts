import { createHash } from 'node:crypto'
import { isRecord } from '@digame/internal'
import { type HolidayRules, isLocalDay, isMovedHolidays, isTextList } from './holidays.ts'
import { regions as everyRegion, regionsOf } from './prefixes.ts'
import { parseWindow } from './window.ts'

/**
 * The hours, zones and holidays of a number: when a call to it may begin. Numbers with the same ones share a calendar.
 *
 * It is open when it is within the window in every zone, on a day that is not a holiday. Plain JSON.
 */
export type Calendar = {
  /** As {@link parseWindow} reads it. */
  readonly window: string
  /** IANA names; more than one if the number's zone is not known. */
  readonly zones: readonly string[]
  /** Absent: calls are made on holidays too. */
  readonly holidays?: HolidayRules
}

/** What a plan sets for all its calendars; the rest follows from each number. */
export type CalendarRules = {
  /** As {@link parseWindow} reads it. */
  readonly window: string
  /** An IANA zone that everybody is in, whatever their numbers say. */
  readonly zone?: string
  /** The region of numbers that do not show theirs; a code of ISO 3166-2:ES, such as `MD`. */
  readonly region?: string
  /** Whether a number of unknown region keeps the holidays of every region. */
  readonly isStrict: boolean
  /** Absent: calls are made on holidays too. */
  readonly holidays?: Pick<HolidayRules, 'moved' | 'local'>
}

function isHolidayRules(value: unknown): value is HolidayRules {
  if (!isRecord(value)) return false
  const { regions, moved, local } = value
  const isMoved = Array.isArray(moved) && moved.every(isMovedHolidays)
  return isTextList(regions) && isMoved && Array.isArray(local) && local.every(isLocalDay)
}

/**
 * Reads a calendar from a ledger.
 *
 * @throws Error if it is not one
 */
export function readCalendar(json: unknown): Calendar {
  const { window, zones, holidays } = isRecord(json) ? json : {}
  if (typeof window !== 'string') throw new Error('the calendar has no window')
  if (!isTextList(zones) || zones.length === 0) throw new Error('the calendar has no zone')
  if (holidays === undefined) return { window, zones }
  if (!isHolidayRules(holidays)) throw new Error("the calendar's holidays cannot be read")
  return { window, zones, holidays }
}

const mainland = 'Europe/Madrid'
const canary = 'Atlantic/Canary'

function zonesFor(regions: readonly string[], zone: string | undefined): readonly string[] {
  if (zone !== undefined) return [zone]
  if (regions.length === 0) return [canary, mainland]
  return [regions.includes('CN') ? canary : mainland]
}

function regionsFor(certain: readonly string[], rules: CalendarRules): readonly string[] {
  const { region, isStrict } = rules
  if (region !== undefined && (certain.length === 0 || certain.includes(region))) return [region]
  if (certain.length > 0) return certain
  return isStrict ? everyRegion : []
}

/**
 * The calendar of a number. Zone and region follow from its geographic code. A number without one, such as a mobile, may be
 * called when it is within the window in both of Spain's zones.
 */
export function calendarOf(number: string, rules: CalendarRules): Calendar {
  const certain = regionsOf(number)
  const zones = zonesFor(certain, rules.zone)
  if (!rules.holidays) return { window: rules.window, zones }
  const regions = regionsFor(certain, rules)
  const local = rules.holidays.local.filter(
    (day) => day.region === undefined || regions.length === 0 || regions.includes(day.region),
  )
  return { window: rules.window, zones, holidays: { regions, moved: rules.holidays.moved, local } }
}

/** A key made from a calendar's content: equal calendars have equal keys in all batches, different ones never do. */
export function calendarKey(calendar: Calendar): string {
  const { window, zones, holidays } = calendar
  const where = holidays
    ? holidays.regions.length > 3
      ? 'every'
      : holidays.regions.join('+') || 'ES'
    : 'no-holidays'
  const digest = createHash('sha256')
    .update(JSON.stringify([parseWindow(window), zones, holidays ?? null]))
    .digest('hex')
  return `${window} ${zones.join('+')} ${where} ${digest.slice(0, 12)}`
}

/** Looks up each number's calendar key, and collects the calendars; each is created only once. */
export interface CalendarBook {
  /** The calendars so far, by key. */
  readonly calendars: Readonly<Record<string, Calendar>>
  keyOf(number: string): string
}

export function createCalendarBook(rules: CalendarRules): CalendarBook {
  const calendars: Record<string, Calendar> = {}
  const keys = new Map<string, string>()
  return {
    calendars,
    keyOf(number) {
      const region = regionsOf(number).join('+')
      const existing = keys.get(region)
      if (existing !== undefined) return existing
      const calendar = calendarOf(number, rules)
      const key = calendarKey(calendar)
      calendars[key] = calendar
      keys.set(region, key)
      return key
    },
  }
}
