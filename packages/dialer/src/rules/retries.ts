import { isRecord, type Outcome } from '@digame/internal'
import { DialerInputError } from '../errors.ts'

/**
 * When a lead is called again after each outcome, in milliseconds after the end of the call: the first entry after its first
 * call with that outcome, the second after its second. When no entry is left, the lead is not called again.
 */
export type RetryTable = Readonly<Record<Outcome, readonly number[]>>

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/**
 * `no_answer`: after an hour, then after a day. `not_reached`: after ten minutes, then after an hour. `voicemail`: once, after a
 * day. `failed`: twice, after ten minutes.
 */
export const defaultRetries: RetryTable = {
  no_answer: [hour, day],
  not_reached: [10 * minute, hour],
  voicemail: [day],
  failed: [10 * minute, 10 * minute],
  completed: [],
  transferred: [],
  other: [],
}

/** No lead is called again. */
export const noRetries: RetryTable = {
  no_answer: [],
  not_reached: [],
  voicemail: [],
  failed: [],
  completed: [],
  transferred: [],
  other: [],
}

/** How often one lead is called at most, whatever the outcomes. Refused attempts do not count. */
export const defaultTries = 3

const fail = (message: string): never => {
  throw new DialerInputError('BAD_PLAN', message)
}

function readDelays(outcome: string, delays: unknown): readonly number[] {
  const isList = Array.isArray(delays) && delays.every((delay) => Number.isSafeInteger(delay) && delay >= 0)
  if (isList) return delays
  return fail(`retries.${outcome} is not a list of whole milliseconds: write [3600000], or [] for never.`)
}

/**
 * Reads a table from outside. An outcome that it leaves out is never tried again.
 *
 * @throws DialerInputError `BAD_PLAN`
 */
export function readRetries(table: unknown): RetryTable {
  if (!isRecord(table)) return fail('retries is not a table of outcomes, such as { no_answer: [3600000] }.')
  const unknown = Object.keys(table).find((outcome) => !Object.hasOwn(defaultRetries, outcome))
  if (unknown !== undefined) {
    const outcomes = Object.keys(defaultRetries).join(', ')
    return fail(`retries has no outcome ${JSON.stringify(unknown)}: give ${outcomes}.`)
  }
  const delays = (outcome: Outcome): readonly number[] =>
    Object.hasOwn(table, outcome) ? readDelays(outcome, table[outcome]) : []
  return {
    no_answer: delays('no_answer'),
    not_reached: delays('not_reached'),
    voicemail: delays('voicemail'),
    failed: delays('failed'),
    completed: delays('completed'),
    transferred: delays('transferred'),
    other: delays('other'),
  }
}

/** What becomes of a lead after a call. */
export type AfterCall =
  | { readonly to: 'ready'; readonly dueAt: number }
  /** `done`: the outcome is never tried again. `exhausted`: it would be, but no try is left. */
  | { readonly to: 'done' | 'exhausted'; readonly why: Outcome }

export interface EndedCall {
  readonly outcome: Outcome
  /** How many of the lead's calls had this outcome, this one included. */
  readonly count: number
  /** How often the lead was called, this time included. */
  readonly tries: number
  /** When the call ended, in milliseconds since 1970. */
  readonly endedAt: number
}

/** Decides by the table what follows a call. */
export function afterCall(
  { outcome, count, tries, endedAt }: EndedCall,
  table: Partial<RetryTable>,
  maxTries: number,
): AfterCall {
  const delays = table[outcome] ?? []
  if (delays.length === 0) return { to: 'done', why: outcome }
  const delay = delays[count - 1]
  if (delay === undefined || tries >= maxTries) return { to: 'exhausted', why: outcome }
  return { to: 'ready', dueAt: endedAt + delay }
}
