import { Temporal } from 'temporal-polyfill'

const zone = 'Europe/Madrid'
const time = String.raw`(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?`
const iso = new RegExp(`^(\\d{4})-(\\d\\d)-(\\d\\d)${time}$`)
const spanish = new RegExp(`^(\\d{1,2})[/.-](\\d{1,2})[/.-](\\d{4})${time.replace('[T ]', ',? +')}$`)
const exact = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i

/**
 * Reads a date, or a date and a time, as ISO 8601 or as Spain writes them (`31/12/2026 18:00`); milliseconds since 1970.
 *
 * Without a time it is the day's beginning, and without a zone it is Spain's mainland. An hour that exists twice or not at all is
 * read as `when` says. Undefined: it is no date.
 */
export function readMoment(text: string, when: 'earlier' | 'later'): number | undefined {
  try {
    if (exact.test(text)) return Temporal.Instant.from(text.replace(' ', 'T')).epochMilliseconds
    const found = iso.exec(text)
    const [, first, month, last, hour = 0, minute = 0, second = 0] = found ?? spanish.exec(text) ?? []
    if (first === undefined) return undefined
    const [year, day] = found ? [first, last] : [last, first]
    const fields = { year, month, day, hour, minute, second }
    const numbers = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Number(value)]))
    return Temporal.PlainDateTime.from(numbers as { year: number; month: number; day: number }, {
      overflow: 'reject',
    }).toZonedDateTime(zone, { disambiguation: when }).epochMilliseconds
  } catch {
    // 31 February, or 25:00.
    return undefined
  }
}

/** Whether a text is a day of the calendar, such as `2026-05-15`. */
export function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}
