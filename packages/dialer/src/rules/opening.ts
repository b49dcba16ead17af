/** Which calendars are open now, and when the next one opens. Pure once loaded, and cheap: answers hold until a boundary. */
import { Temporal } from 'temporal-polyfill'
import type { OpenCalendar } from '../ledger/ledger.ts'
import type { Calendar } from './calendar.ts'
import { type Holidays, loadHolidays } from './holidays.ts'
import { parseWindow, stretches, type Week } from './window.ts'

interface State {
  readonly isOpen: boolean
  readonly dayStart: number
  readonly dayEnd: number
  readonly from: number
  /** When this may change. */
  readonly until: number
}

interface Opener {
  at(now: number): State
}

/** Calendars ready to be asked; made by {@link loadCalendars}. */
export interface Calendars {
  readonly openers: ReadonlyMap<string, Opener>
  /** Calendars that cannot be evaluated, and why: they never open. */
  readonly broken: ReadonlyMap<string, string>
}

// Longer than the longest closed time that a sound calendar has.
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
  if (zones.length === 0) throw new Error('the calendar has no zone')
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
        // Where the phone's zone is not known, a day is over when it is over in each.
        dayStart: Math.min(...states.map((state) => state.dayStart)),
        dayEnd: Math.max(...states.map((state) => state.dayEnd)),
        from: Math.max(...states.map((state) => state.from)),
        until: Math.min(...states.map((state) => state.until)),
      }
      return last
    },
  }
}

/** Makes calendars ready to be asked; date-holidays is loaded only if one of them keeps holidays. */
export async function loadCalendars(calendars: Readonly<Record<string, Calendar>>): Promise<Calendars> {
  const entries = Object.entries(calendars)
  const holidays = entries.some(([, calendar]) => calendar.holidays) ? await loadHolidays() : undefined
  const openers = new Map<string, Opener>()
  const broken = new Map<string, string>()
  for (const [key, calendar] of entries) {
    try {
      const opener = createOpener(calendar, holidays)
      // Zones and regions are looked up only when asked.
      opener.at(Date.UTC(2026, 0, 1))
      openers.set(key, opener)
    } catch (error) {
      broken.set(key, error instanceof Error ? error.message : String(error))
    }
  }
  return { openers, broken }
}

/** The calendars that are open at a moment, in milliseconds since 1970. One that cannot be evaluated is not open. */
export function openCalendars(calendars: Calendars, now: number): OpenCalendar[] {
  const open: OpenCalendar[] = []
  for (const [key, opener] of calendars.openers) {
    try {
      const { isOpen, dayStart, dayEnd } = opener.at(now)
      if (isOpen) open.push({ key, dayStart, dayEnd })
    } catch {
      // A rule that cannot be evaluated stops the lead.
    }
  }
  return open
}

/** Whether calls may begin in a calendar at a moment; an unknown calendar is closed. */
export function isOpen(calendars: Calendars, key: string, now: number): boolean {
  try {
    return calendars.openers.get(key)?.at(now).isOpen ?? false
  } catch {
    return false
  }
}

/**
 * When the first of the calendars, or of those named, is open next: `now` if one is, undefined if none opens in 400 days.
 */
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
      // It does not open, then.
    }
  }
  return next
}

/** When the openness of any of the calendars may change next. */
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
