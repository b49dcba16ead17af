import { Temporal } from 'temporal-polyfill'

const zone = 'Europe/Madrid'
const hour = 3_600_000

const clock = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?`
const iso = new RegExp(`^(\\d{4})-(\\d\\d)-(\\d\\d)(?:[Tt ]${clock}(Z|z|[+-]\\d\\d:?\\d\\d)?)?$`)
const spanish = new RegExp(`^(\\d{1,2})[/.-](\\d{1,2})[/.-](\\d{4})(?:,? +${clock})?$`)

/** Whether a text is a date that exists, such as `2026-05-15`. */
export function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

// A list has many times on few days, so each day's offset is looked up once. Beyond this many days the memory is cleared.
const mostDays = 5000
const days = new Map<string, { readonly start: number; readonly hasChange: boolean }>()

function dayOf(date: string): { readonly start: number; readonly hasChange: boolean } | undefined {
  const existing = days.get(date)
  if (existing) return existing
  if (!isDate(date)) return undefined
  const day = Temporal.PlainDate.from(date)
  const start = day.toZonedDateTime(zone).epochMilliseconds
  const found = {
    start,
    hasChange: day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds - start !== 24 * hour,
  }
  if (days.size >= mostDays) days.clear()
  days.set(date, found)
  return found
}

function offsetOf(text: string): number {
  if (text.length === 1) return 0
  const [sign, hours, minutes] = [text.startsWith('-') ? -1 : 1, text.slice(1, 3), text.slice(-2)]
  return sign * (Number(hours) * hour + Number(minutes) * 60_000)
}

/**
 * Reads a date, with or without a time, as ISO 8601 or as people in Spain write it (`31/12/2026 18:00`). Returns milliseconds
 * since 1970, or undefined if the text is not a date.
 *
 * Without a time it means the beginning of the day, and without a zone that of Spain's mainland. When the clocks change, an hour
 * may exist twice or not at all; `when` says which reading to take.
 */
export function readMoment(text: string, when: 'earlier' | 'later'): number | undefined {
  const found = iso.exec(text)
  const parts = found ?? spanish.exec(text)
  if (!parts) return undefined
  const [
    ,
    first = '',
    month = '',
    last = '',
    hours = '0',
    minutes = '0',
    seconds = '0',
    fraction = '',
    offset,
  ] = parts
  const [year, day] = found ? [first, last] : [last, first]
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const dayInZone = dayOf(date)
  if (!dayInZone || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const milliseconds = fraction === '' ? 0 : Math.trunc(Number(`0.${fraction}`) * 1000)
  const time = Number(hours) * hour + Number(minutes) * 60_000 + Number(seconds) * 1000 + milliseconds
  if (offset !== undefined) return Date.parse(date) + time - offsetOf(offset)
  if (!dayInZone.hasChange) return dayInZone.start + time
  const wall = Temporal.PlainDateTime.from(date).add({ milliseconds: time })
  return wall.toZonedDateTime(zone, { disambiguation: when }).epochMilliseconds
}
