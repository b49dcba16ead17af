import { DialerLedgerError } from '../../../errors.ts'
import type { Outcome } from '../../../port.ts'
import { noOutcomes } from './words.ts'

/** A row as a store returns it. Read its columns with the functions below. */
export type Row = Readonly<Record<string, unknown>>

const damaged = (column: string, expected: string): DialerLedgerError =>
  new DialerLedgerError(
    'DAMAGED',
    `The ledger is damaged: column ${column} should hold ${expected}. Restore it from a backup, then call ledger.adopt()`,
  )

/** @throws DialerLedgerError `DAMAGED` the column holds anything else; the same for the readers below */
export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw damaged(column, 'text')
  return value
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column)
}

export function number(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw damaged(column, 'a number')
  return value
}

export function optionalNumber(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : number(row, column)
}

const isKeyOf = <Word extends string>(
  words: Readonly<Record<Word, unknown>>,
  value: unknown,
): value is Word => typeof value === 'string' && Object.hasOwn(words, value)

/** Reads one of a fixed set of words, such as a state: the keys of `words`. */
export function choice<Word extends string>(
  row: Row,
  column: string,
  words: Readonly<Record<Word, unknown>>,
): Word {
  const value = row[column]
  if (!isKeyOf(words, value)) throw damaged(column, `one of ${Object.keys(words).join(', ')}`)
  return value
}

/** Reads how a call ended. A word that is no outcome, which only an adapter without types can have sent, counts as `other`. */
export function optionalOutcome(row: Row): Outcome | undefined {
  const outcome = optionalText(row, 'outcome')
  if (outcome === undefined) return undefined
  return isKeyOf(noOutcomes, outcome) ? outcome : 'other'
}

/** Adds up the rows' column `n` under the word of each row. */
export function countBy<Word extends string>(
  rows: readonly Row[],
  wordOf: (row: Row) => Word | undefined,
  zeros: Readonly<Record<Word, number>>,
): Record<Word, number> {
  const counts: Record<Word, number> = { ...zeros }
  for (const row of rows) {
    const word = wordOf(row)
    if (word !== undefined) counts[word] += number(row, 'n')
  }
  return counts
}
