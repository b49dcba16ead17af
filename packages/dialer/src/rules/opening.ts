/** Which calendars are open now, and when the next one opens. Pure once loaded, and cheap: a state holds until a boundary. */
import { Temporal } from 'temporal-polyfill'
import { messageOf } from '../errors.ts'
import type { OpenCalendar } from '../ledger/ledger.ts'
import { type Calendar, readCalendar } from './calendar.ts'
import { type Holidays, loadHolidays } from './holidays.ts'
import { parseWindow, stretches, type Week } from './window.ts'

interface State {
  readonly isOpen: boolean
  readonly dayStart: number
  readonly dayEnd: number
  readonly from: number
  /** When the state may change. */
  readonly until: number
}

interface Opener {
  at(now: number): State
}

/** Calendars that can be evaluated; {@link loadCalendars} creates them. */
export interface Calendars {
  readonly openers: ReadonlyMap<string, Opener>
  /** Calendars that cannot be evaluated, and why. They never open. */
  readonly broken: ReadonlyMap<string, string>
}

// Longer than any sound calendar stays closed.
const horizonMs = 400 * 86_400_000

function stateIn(zone: string, week: Week, now: number, isHoliday: (date: string) => boolean): State {
  const date = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const start = (day: Temporal.PlainDate): number => day.toZonedDateTime(zone).epochMilliseconds
  const [dayStart, dayEnd] = [start(date), start(date.add({ days: 1 }))]
  const hours = isHoliday(date.toString()) ? [] : stretches(week, date, zone)
  let from = dayStart
  for (const [opens, closes] of hours) {
    if (now < opens) return { isOpen: false, dayStart, dayEnd, from, until: opens }
    if (now < closes) return { isOpen: true, dayStart, dayEnd, from: opens, until: closes }
    from = closes
  }
  return { isOpen: false, dayStart, dayEnd, from, until: dayEnd }
}

function createOpener(calendar: Calendar, holidays: Holidays | undefined): Opener {
  const { zones, holidays: rules } = calendar
  const week = parseWindow(calendar.window)
  const isHoliday = (date: string): boolean => {
    if (!rules) return false
    if (!holidays) throw new Error('the holidays are not loaded')
    return holidays.isHoliday(date, rules)
  }
  let last: State | undefined
  return {
    at(now) {
      if (last && now >= last.from && now < last.until) return last
      const states = zones.map((zone) => stateIn(zone, week, now, isHoliday))
      last = {
        isOpen: states.every((state) => state.isOpen),
        // If the number's zone is not known, a day is over once it is over in every zone.
        dayStart: Math.min(...states.map((state) => state.dayStart)),
        dayEnd: Math.max(...states.map((state) => state.dayEnd)),
        from: Math.max(...states.map((state) => state.from)),
        until: Math.min(...states.map((state) => state.until)),
      }
      return last
    },
  }
}

/** Loads calendars, as they are in a plan or a ledger; date-holidays is loaded only if one of them keeps holidays. */
export async function loadCalendars(json: Readonly<Record<string, unknown>>): Promise<Calendars> {
  const calendars = new Map<string, Calendar>()
  const openers = new Map<string, Opener>()
  const broken = new Map<string, string>()
  const orBroken = (key: string, load: () => void): void => {
    try {
      load()
    } catch (error) {
      broken.set(key, messageOf(error))
    }
  }
  for (const [key, value] of Object.entries(json)) {
    orBroken(key, () => calendars.set(key, readCalendar(value)))
  }
  const keepsHolidays = [...calendars.values()].some((calendar) => calendar.holidays)
  const holidays = keepsHolidays ? await loadHolidays() : undefined
  for (const [key, calendar] of calendars) {
    orBroken(key, () => {
      const opener = createOpener(calendar, holidays)
      // An unknown zone or region throws only when the opener is used.
      opener.at(Date.UTC(2026, 0, 1))
      openers.set(key, opener)
    })
  }
  return { openers, broken }
}

/** The calendars that are open at a time, in milliseconds since 1970. One that cannot be evaluated is closed. */
export function openCalendars(calendars: Calendars, now: number): OpenCalendar[] {
  const open: OpenCalendar[] = []
  for (const [key, opener] of calendars.openers) {
    try {
      const { isOpen, dayStart, dayEnd } = opener.at(now)
      if (isOpen) open.push({ key, dayStart, dayEnd })
    } catch {
      // It stays closed; the check before each call reports why.
    }
  }
  return open
}

/** Whether a call may begin at a time, in milliseconds since 1970. An unknown calendar is closed. */
export function isOpen(calendars: Calendars, key: string, now: number): boolean {
  try {
    return calendars.openers.get(key)?.at(now).isOpen ?? false
  } catch {
    return false
  }
}

/** When the first of the calendars (or of `keys`) is open next: `now` if one is open, undefined if none opens in 400 days. */
export function nextOpening(calendars: Calendars, now: number, keys?: readonly string[]): number | undefined {
  let next: number | undefined
  for (const key of keys ?? calendars.openers.keys()) {
    const opener = calendars.openers.get(key)
    if (!opener) continue
    try {
      const limit = Math.min(next ?? Number.POSITIVE_INFINITY, now + horizonMs)
      for (let at = now; at < limit; at = opener.at(at).until) {
        if (!opener.at(at).isOpen) continue
        next = at
        break
      }
    } catch {
      // It never opens.
    }
  }
  return next
}

/** When any of the calendars may open or close next. */
export function nextChange(calendars: Calendars, now: number): number | undefined {
  let next: number | undefined
  for (const opener of calendars.openers.values()) {
    try {
      const { until } = opener.at(now)
      next = Math.min(next ?? until, until)
    } catch {
      // It stays closed.
    }
  }
  return next
}
