import type { Temporal } from 'temporal-polyfill'
import { DialerInputError } from '../errors.ts'

/** Hours of one day, in minutes after midnight: from the first, up to but not including the second. */
type Hours = readonly [from: number, to: number]

/** The hours in which calls may begin, in the called person's local time. Index 0 is Monday. */
export type Week = readonly (readonly Hours[])[]

/** Monday to Friday, 09:00 to 21:00. */
export const defaultWindow = 'Mon-Fri 09:00-21:00'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const badWindow = (text: string): DialerInputError =>
  new DialerInputError(
    'BAD_WINDOW',
    `The window ${JSON.stringify(text)} cannot be read; write "Mon-Fri 09:00-21:00; Sat 10:00-14:00" or "always".`,
  )

function readMinutes(text: string, part: string): number {
  const [, hour, minute] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? []
  const value = Number(hour) * 60 + Number(minute)
  if (!(value <= 1440)) throw badWindow(part)
  return value
}

function readDays(text: string, part: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-')
    const [from, to] = [days.indexOf(first), days.indexOf(last)]
    if (from < 0 || to < from || range.split('-').length > 2) throw badWindow(part)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}

/**
 * Reads a window such as `Mon-Fri 09:00-15:00,16:00-21:00; Sat 10:00-14:00`; `always` is every hour of the week.
 *
 * @throws DialerInputError `BAD_WINDOW`
 */
export function parseWindow(text: string): Week {
  const week: Hours[][] = days.map(() => [])
  const parts =
    text.trim().toLowerCase() === 'always' ? ['mon-sun 00:00-24:00'] : text.toLowerCase().split(';')
  for (const written of parts) {
    const part = written.trim()
    const [, named, hours] = /^([a-z,-]+) +([\d:,-]+)$/.exec(part) ?? []
    if (named === undefined || hours === undefined) throw badWindow(text)
    for (const span of hours.split(',')) {
      const [from = '', to = '', more] = span.split('-')
      const [begin, end] = [readMinutes(from, text), readMinutes(to, text)]
      if (more !== undefined || begin >= end) throw badWindow(text)
      for (const day of readDays(named, text)) week[day]?.push([begin, end])
    }
  }
  for (const hours of week) {
    hours.sort(([a], [b]) => a - b)
    if (hours.some(([from], index) => from < (hours[index - 1]?.[1] ?? 0))) throw badWindow(text)
  }
  return week
}

/** Whether one window lies wholly inside another. */
export function isWithin(inner: Week, outer: Week): boolean {
  return inner.every((hours, day) =>
    hours.every(([from, to]) => (outer[day] ?? []).some(([begin, end]) => begin <= from && to <= end)),
  )
}

/** A stretch of time, in milliseconds since 1970: from the first, up to but not including the second. */
export type Stretch = readonly [from: number, to: number]

function timeOf(date: Temporal.PlainDate, minute: number, zone: string, when: 'earlier' | 'later'): number {
  const time = date.toPlainDateTime().add({ minutes: minute })
  return time.toZonedDateTime(zone, { disambiguation: when }).epochMilliseconds
}

/**
 * When a day's hours begin and end in a zone.
 *
 * When the clocks change, an hour may exist twice or not at all. An opening then takes the later reading and a closing the
 * earlier one, so that no call begins at a time that either reading forbids.
 */
export function stretches(week: Week, date: Temporal.PlainDate, zone: string): Stretch[] {
  return (week[date.dayOfWeek - 1] ?? [])
    .map(([from, to]): Stretch => [timeOf(date, from, zone, 'later'), timeOf(date, to, zone, 'earlier')])
    .filter(([from, to]) => from < to)
}
