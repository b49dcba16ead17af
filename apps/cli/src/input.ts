import { isE164, isUuid } from '@digame/internal'
import { UsageError } from './errors.ts'

/** A name and a value for the agent's prompt. */
export type Variable = readonly [name: string, value: string]

/** Quotes what was typed, for a message. Shows only the beginning of what may be a phone number. */
export function quoteInput(text: string): string {
  const isNumber = /^(\+[\d ().-]{7,}|\d([ ().-]*\d){8,})$/.test(text)
  return JSON.stringify(isNumber ? `${text.slice(0, 4)}…` : text)
}

const refuse = (message: string): never => {
  throw new UsageError(message)
}

/** Reads any text, unless it looks like a mistyped flag. @throws UsageError */
export function word(text: string): string {
  return text.startsWith('-') ? refuse(`${quoteInput(text)} looks like a flag; see --help.`) : text
}

/** Reads a uuid. @throws UsageError */
export function uuid(text: string): string {
  if (isUuid(text)) return text
  return refuse(`${quoteInput(text)} is not a uuid; copy one like 5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10.`)
}

/** Reads the number to call from: in E.164, of any country, or its uuid. @throws UsageError */
export function sender(text: string): string {
  if (isE164(text) || isUuid(text)) return text
  return refuse(
    `${quoteInput(word(text))} is neither a number in E.164 nor a uuid; write a number of your account, such as +34910000001, or its uuid.`,
  )
}

/** Reads a date and time. A zone is required: without one, the text would mean another moment on another machine. @throws UsageError */
export function moment(text: string): Date {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(text)
  const [, year, month, day] = (parts ?? []).map(Number)
  const date = new Date(text)
  // Date reads the 30th of February as the 2nd of March.
  const isInCalendar = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() === day
  if (parts && isInCalendar && !Number.isNaN(date.getTime())) return date
  return refuse(
    `${quoteInput(text)} is not a date and time; write date, time and zone, such as 2026-07-22T18:00:00+02:00.`,
  )
}

/** Reads a whole number of 1 or more. @throws UsageError */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  return refuse(`${quoteInput(text)} is not a count; write a whole number of 1 or more.`)
}

/** Reads a number above 0. @throws UsageError */
export function factor(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && Number(text) > 0) return Number(text)
  return refuse(`${quoteInput(text)} is not a factor; write a number above 0, such as 10 or 0.5.`)
}

/** Reads a variable for the prompt, written `name=value`. @throws UsageError */
export function variable(text: string): Variable {
  const at = text.indexOf('=')
  const name = text.slice(0, at)
  if (at < 0) refuse(`${quoteInput(text)} has no "="; write name=value, such as customer_name=Ana.`)
  if (!/^[^\s-]\S*$/.test(name))
    refuse(`${quoteInput(text)} has no valid name before "="; write name=value, such as customer_name=Ana.`)
  if (name === 'digame_key') refuse('digame_key holds the idempotency key; set it with --key.')
  return [name, text.slice(at + 1)]
}

/** Collects the variables of a call. @throws UsageError if a name is given twice */
export function variables(pairs: readonly Variable[]): Record<string, string> | undefined {
  const names = pairs.map(([name]) => name)
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined) refuse(`--var: ${quoteInput(repeated)} is given twice; give each name once.`)
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

/** Copies an object without its undefined members. */
export function omitUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
