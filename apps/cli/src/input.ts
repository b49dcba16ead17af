import { UsageError } from './errors.ts'

/** A name and a value for the agent's prompt. */
export type Variable = readonly [name: string, value: string]

/** What was typed, for messages; of a phone number only the beginning, wherever it was typed. */
export function shown(text: string): string {
  const isNumber = /^(\+[\d ().-]{7,}|\d([ ().-]*\d){8,})$/.test(text)
  return JSON.stringify(isNumber ? `${text.slice(0, 4)}…` : text)
}

const refuse = (message: string): never => {
  throw new UsageError(message)
}

/** What is taken as it is typed, unless a flag was meant. @throws UsageError */
export function word(text: string): string {
  return text.startsWith('-') ? refuse(`${shown(text)} looks like a flag; see --help.`) : text
}

const isUuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)

/** The id of something. @throws UsageError */
export function uuid(text: string): string {
  if (isUuid(text)) return text
  return refuse(`${shown(text)} is not a uuid; copy one like 5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10.`)
}

/** A number to call from, of any country, or its id. @throws UsageError */
export function sender(text: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(text) || isUuid(text)) return text
  return refuse(
    `${shown(word(text))} is neither a number in E.164 nor a uuid; write a number of your account, such as +34910000001, or its uuid.`,
  )
}

/** A moment, with its time zone: without one it would mean another moment on another machine. @throws UsageError */
export function moment(text: string): Date {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(text)
  const [, year, month, day] = (parts ?? []).map(Number)
  const date = new Date(text)
  // Date takes the 30th of February for the 2nd of March.
  const real = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() === day
  if (parts && real && !Number.isNaN(date.getTime())) return date
  return refuse(
    `${shown(text)} is not a moment; write date, time and zone, such as 2026-07-22T18:00:00+02:00.`,
  )
}

/** A whole number of 1 or more. @throws UsageError */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  return refuse(`${shown(text)} is not a count; write a whole number of 1 or more.`)
}

/** A factor. @throws UsageError */
export function factor(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && Number(text) > 0) return Number(text)
  return refuse(`${shown(text)} is not a factor; write a number above 0, such as 10 or 0.5.`)
}

/** A variable, written `name=value`. @throws UsageError */
export function variable(text: string): Variable {
  const at = text.indexOf('=')
  const name = text.slice(0, at)
  if (at < 0) refuse(`${shown(text)} has no "="; write name=value, such as customer_name=Ana.`)
  if (!/^[^\s-]\S*$/.test(name)) refuse(`${shown(text)} has no plain name before "="; write name=value.`)
  if (name === 'digame_key') refuse('digame_key is the idempotency key of the call; give it with --key.')
  return [name, text.slice(at + 1)]
}

/** All variables of a call. @throws UsageError if a name is there twice */
export function variables(pairs: readonly Variable[]): Record<string, string> | undefined {
  const names = pairs.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) refuse(`--var: ${shown(twice)} is there twice; give each name once.`)
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

/** The members that have a value. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
