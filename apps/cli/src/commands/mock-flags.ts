import { UsageError } from '../errors.ts'
import { quoteInput, word } from '../input.ts'

/** The two sets of statuses that the mock can end calls with. */
export const vocabularies = ['seed', '2026-07'] as const

const maxPort = 65_535

/** A port, or 0 for a free one. @throws UsageError */
export function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= maxPort) return Number(text)
  throw new UsageError(
    `${quoteInput(text)} is not a port; write a whole number from 0 to 65535, such as 4020.`,
  )
}

/** A host to bind to. @throws UsageError */
export function host(text: string): string {
  if (text.trim() === '')
    throw new UsageError('"" is not a host; write a name or an address, such as 127.0.0.1.')
  return word(text)
}

/** A whole number that decides the ids and durations of calls. @throws UsageError */
export function seed(text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text)
  throw new UsageError(`${quoteInput(text)} is not a seed; write a whole number, such as 7.`)
}

/** A time in milliseconds. @throws UsageError */
export function milliseconds(text: string): number {
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return Number(text)
  throw new UsageError(`${quoteInput(text)} is not a time; write milliseconds from 0, such as 500.`)
}
