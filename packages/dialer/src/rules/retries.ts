/** What follows a call that has ended: which outcomes are tried again, when, and how often. */
import type { Outcome } from '../port.ts'

/**
 * For each outcome, how long after the end of the call the lead is called again, in milliseconds: the first entry after
 * its first call that ended so, the second after the second. No entry left: never again.
 */
export type RetryTable = Readonly<Record<Outcome, readonly number[]>>

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Nobody there: after an hour and the next day. A voicemail: once, the next day. A failed call: after ten minutes. */
export const defaultRetries: RetryTable = {
  no_answer: [hour, day],
  voicemail: [day],
  failed: [10 * minute, 10 * minute],
  completed: [],
  transferred: [],
  other: [],
}

/** Nobody is called again. */
export const noRetries: RetryTable = {
  no_answer: [],
  voicemail: [],
  failed: [],
  completed: [],
  transferred: [],
  other: [],
}

/** A table from outside: what it leaves out is never tried again. */
export const wholeRetries = (table: Partial<RetryTable>): RetryTable => ({ ...noRetries, ...table })

/** How often one lead is called at most, whatever the outcomes; refused attempts are not among them. */
export const defaultTries = 3

/** What becomes of a lead. */
export type AfterCall =
  | { readonly to: 'ready'; readonly dueAt: number }
  /** `done`: its outcome is never tried again. `exhausted`: it would be, but no try is left. */
  | { readonly to: 'done' | 'exhausted'; readonly why: Outcome }

export interface EndedCall {
  readonly outcome: Outcome
  /** How many of the lead's calls ended so, this one included. */
  readonly count: number
  /** How often the lead was called, this time included. */
  readonly tries: number
  /** When it ended, in milliseconds since 1970. */
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

/** What is wrong with a table from outside, in one line; undefined if nothing is. */
export function badRetries(table: unknown): string | undefined {
  if (typeof table !== 'object' || table === null)
    return 'retries is a table of outcomes, such as { no_answer: [3600000] }.'
  for (const [outcome, delays] of Object.entries(table)) {
    if (!Object.hasOwn(defaultRetries, outcome)) {
      return `retries has no outcome ${JSON.stringify(outcome)}: give ${Object.keys(defaultRetries).join(', ')}.`
    }
    const fine = Array.isArray(delays) && delays.every((delay) => Number.isSafeInteger(delay) && delay >= 0)
    if (!fine) return `retries.${outcome} is a list of whole milliseconds, such as [3600000]; [] means never.`
  }
  return undefined
}
