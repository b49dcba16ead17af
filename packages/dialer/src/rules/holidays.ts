/**
 * The days on which nobody is called: public holidays, the Mondays after those that fall on a Sunday, and days that you add.
 *
 * The dates of Spain and its regions come from date-holidays (ISC, its data CC BY-SA 3.0; https://github.com/commenthol/date-holidays).
 * Each region decrees each year whether a holiday that falls on a Sunday moves to the Monday; the package's rules for that are
 * right for some years only. So the Monday is a holiday everywhere, unless a table of that year lists the regions.
 */
import { isRecord } from '@digame/internal'
import type DateHolidays from 'date-holidays'
import { regions as everyRegion } from './prefixes.ts'

// Types that a ledger keeps are aliases, not interfaces: only those can be assigned to `Json`.

/** Which regions move the Sunday holidays of one year to the Monday, as the official bulletin of that year lists them. */
export type MovedHolidays = {
  readonly year: number
  /** Where the table was published, such as `BOE-A-2025-21667`. */
  readonly source: string
  /** Each Monday of that year that is a holiday instead of a Sunday, and the regions where it is. */
  readonly mondays: Readonly<Record<string, readonly string[]>>
}

/** A day on which nobody is called: in one region, or anywhere if it has none. */
export type LocalDay = {
  /** Such as `2026-05-15`. */
  readonly date: string
  readonly name?: string
  readonly region?: string
}

/** Which holidays count, beyond the package's dates. */
export type HolidayRules = {
  /** Codes of ISO 3166-2:ES: a holiday in any of them counts. Empty: only the national holidays count. */
  readonly regions: readonly string[]
  readonly moved: readonly MovedHolidays[]
  readonly local: readonly LocalDay[]
}

const isOptionalText = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string'

export const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string')

export function isLocalDay(value: unknown): value is LocalDay {
  if (!isRecord(value)) return false
  const { date, name, region } = value
  return typeof date === 'string' && isOptionalText(name) && isOptionalText(region)
}

export function isMovedHolidays(value: unknown): value is MovedHolidays {
  if (!isRecord(value)) return false
  const { year, source, mondays } = value
  const isTable = isRecord(mondays) && Object.values(mondays).every(isTextList)
  return Number.isSafeInteger(year) && typeof source === 'string' && isTable
}

/** The public holidays of Spain; {@link loadHolidays} creates them. */
export interface Holidays {
  /** Whether nobody is called on a date such as `2026-05-01`. */
  isHoliday(date: string, rules: HolidayRules): boolean
}

interface Year {
  readonly fixed: ReadonlySet<string>
  /** Days that replace a holiday on a Sunday, by the package's rules. */
  readonly moved: ReadonlySet<string>
  readonly mondaysAfterSunday: ReadonlySet<string>
}

// Dates are counted in UTC, where every day has 24 hours.
const dayMs = 86_400_000
const isSunday = (date: string): boolean => new Date(`${date}T00:00:00Z`).getUTCDay() === 0
const nextDay = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString().slice(0, 10)

function computeYear(source: DateHolidays, year: number): Year {
  const fixed = new Set<string>()
  const moved = new Set<string>()
  for (const day of source.getHolidays(year)) {
    if (day.type !== 'public') continue
    const isMoved = day.substitute || /then next monday/i.test(day.rule)
    ;(isMoved ? moved : fixed).add(day.date.slice(0, 10))
  }
  const mondaysAfterSunday = new Set([...fixed].filter(isSunday).map(nextDay))
  return { fixed, moved, mondaysAfterSunday }
}

/** Loads the dates. It takes time and memory, so call it only if a calendar keeps holidays. */
export async function loadHolidays(): Promise<Holidays> {
  const { default: Source } = await import('date-holidays')
  const sources = new Map<string, DateHolidays>()
  const years = new Map<string, Year>()

  function yearOf(region: string, year: number): Year {
    const key = `${region}${year}`
    const existing = years.get(key)
    if (existing) return existing
    if (region !== '' && !everyRegion.includes(region))
      throw new Error(`Spain has no region ${JSON.stringify(region)}`)
    const source = sources.get(region) ?? (region === '' ? new Source('ES') : new Source('ES', region))
    sources.set(region, source)
    const computed = computeYear(source, year)
    years.set(key, computed)
    return computed
  }

  function isClosedIn(region: string, date: string, rules: HolidayRules): boolean {
    const year = Number(date.slice(0, 4))
    const { fixed, moved, mondaysAfterSunday } = yearOf(region, year)
    if (fixed.has(date)) return true
    const table = rules.moved.find((entry) => entry.year === year)
    if (!table) return moved.has(date) || mondaysAfterSunday.has(date)
    const where = table.mondays[date] ?? []
    return region === '' ? where.length > 0 : where.includes(region)
  }

  return {
    isHoliday(date, rules) {
      const isLocal = rules.local.some(
        (day) =>
          day.date === date &&
          (day.region === undefined || rules.regions.length === 0 || rules.regions.includes(day.region)),
      )
      // Every region is asked, so that an unknown one throws on any day.
      const closed = (rules.regions.length > 0 ? rules.regions : ['']).filter((region) =>
        isClosedIn(region, date, rules),
      )
      return isLocal || closed.length > 0
    },
  }
}
