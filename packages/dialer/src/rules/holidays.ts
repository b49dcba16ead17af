/**
 * Which days nobody is called on: public holidays, the Mondays after those that fall on a Sunday, and days of one's own.
 *
 * The dates of Spain and its regions come from date-holidays (ISC AND CC-BY-3.0, https://github.com/commenthol/date-holidays).
 * Where a holiday that falls on a Sunday moves to is decreed anew each year, region by region; the package holds rules for
 * it that are right for some years only. So the Monday is closed, unless a table of that year says where it is.
 */
import type DateHolidays from 'date-holidays'
import { regions as everyRegion } from './prefixes.ts'

/** Where the Sunday holidays of one year are moved to the Monday, as the official bulletin of that year has it. */
export interface MovedHolidays {
  readonly year: number
  /** Where it was published, such as `BOE-A-2025-21667`. */
  readonly source: string
  /** Each Monday in that year on which a holiday is made up for, and the regions where it is. */
  readonly mondays: Readonly<Record<string, readonly string[]>>
}

/** A day on which nobody is called in a region, or nowhere if no region is given. */
export interface LocalDay {
  /** Such as `2026-05-15`. */
  readonly date: string
  readonly name?: string
  readonly region?: string
}

/** What decides a day: where, and what is known beyond the package's dates. */
export interface HolidayRules {
  /** By the codes of ISO 3166-2:ES; none: only the national holidays. A day that is one in any of them is closed. */
  readonly regions: readonly string[]
  readonly moved: readonly MovedHolidays[]
  readonly local: readonly LocalDay[]
}

/** The public holidays of Spain; made by {@link loadHolidays}. */
export interface Holidays {
  /** Whether nobody is called on a date, such as `2026-05-01`. */
  isHoliday(date: string, rules: HolidayRules): boolean
}

interface Year {
  readonly fixed: ReadonlySet<string>
  /** Made up for on another day, by the package's rules. */
  readonly moved: ReadonlySet<string>
  readonly mondaysAfterSunday: ReadonlySet<string>
}

// A full UTC day: plain dates have no change of clocks.
const dayMs = 86_400_000
const isSunday = (date: string): boolean => new Date(`${date}T00:00:00Z`).getUTCDay() === 0
const nextDay = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString().slice(0, 10)

function computed(source: DateHolidays, year: number): Year {
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

/** Loads the dates; takes a moment and some memory, so that a plan without holidays goes without. */
export async function loadHolidays(): Promise<Holidays> {
  const { default: Source } = await import('date-holidays')
  const sources = new Map<string, DateHolidays>()
  const years = new Map<string, Year>()

  function yearOf(region: string, year: number): Year {
    const key = `${region}${year}`
    const known = years.get(key)
    if (known) return known
    if (region !== '' && !everyRegion.includes(region))
      throw new Error(`Spain has no region ${JSON.stringify(region)}`)
    const source = sources.get(region) ?? (region === '' ? new Source('ES') : new Source('ES', region))
    sources.set(region, source)
    const made = computed(source, year)
    years.set(key, made)
    return made
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
      // All are asked, so that a region that is none is noticed on any day.
      const closed = (rules.regions.length > 0 ? rules.regions : ['']).filter((region) =>
        isClosedIn(region, date, rules),
      )
      return isLocal || closed.length > 0
    },
  }
}
