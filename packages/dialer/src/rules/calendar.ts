/** A calendar: the hours, zones and holidays that a lead's phone may ring in. Leads that share them share a calendar. */
import { createHash } from 'node:crypto'
import type { HolidayRules } from './holidays.ts'
import { regions as everyRegion, regionsOf } from './prefixes.ts'
import { parseWindow } from './window.ts'

/** When calls may begin. Open means open in every zone and on a day that is no holiday there. Plain JSON. */
export interface Calendar {
  /** As {@link parseWindow} reads it. */
  readonly window: string
  /** IANA names; more than one where it is not known which the phone is in. */
  readonly zones: readonly string[]
  /** Absent: holidays are days like any other. */
  readonly holidays?: HolidayRules
}

/** What a plan says of its calendars, before each number has its own. */
export interface CalendarRules {
  readonly window: string
  /** Where everybody is, whatever their numbers say. */
  readonly zone?: string
  /** Where those are whose numbers do not tell. */
  readonly region?: string
  /** Close on every region's holidays where neither the number nor `region` tells the region. */
  readonly isStrict: boolean
  /** Absent: holidays are days like any other. */
  readonly holidays?: Pick<HolidayRules, 'moved' | 'local'>
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
 * The calendar of a number. Its geographic code tells zone and region; a number without one, such as a mobile, gets the hours
 * that are within the window in both of Spain's zones.
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

/** Names a calendar by its content: equal calendars of any batches have one key, different ones never. */
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

/** Gives each number its calendar's key, and collects the calendars given; makes each only once. */
export function createCalendarBook(rules: CalendarRules): {
  readonly calendars: Record<string, Calendar>
  keyOf(number: string): string
} {
  const calendars: Record<string, Calendar> = {}
  const keys = new Map<string, string>()
  return {
    calendars,
    keyOf(number) {
      const place = regionsOf(number).join('+')
      const known = keys.get(place)
      if (known !== undefined) return known
      const calendar = calendarOf(number, rules)
      const key = calendarKey(calendar)
      calendars[key] = calendar
      keys.set(place, key)
      return key
    },
  }
}
