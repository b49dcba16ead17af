/** Lists that you bring: numbers that are not called, and days on which nobody is called. */
import { DialerInputError } from '../errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Port } from '../port.ts'
import type { LocalDay } from '../rules/holidays.ts'
import { regions } from '../rules/prefixes.ts'
import { readHeader } from './columns.ts'
import { type CsvRow, readCsv } from './csv.ts'
import type { Source } from './decode.ts'
import { isDate } from './moment.ts'
import { type NumberFault, readNumber } from './number.ts'

const pieceRows = 1000

// A number that is never called needs no suppression.
const neverCalled: readonly NumberFault[] = ['number_foreign', 'number_special', 'number_not_callable']

export interface SuppressOptions {
  readonly ledger: Pick<Ledger, 'suppress'>
  readonly port: Pick<Port, 'isCallable'>
  /** One number per line, or CSV with a header. */
  readonly csv: Source
  /** The column that holds the numbers, if its name does not show it. */
  readonly column?: string
  /** Where the list comes from. It is kept with each number. */
  readonly source: string
}

/** The result of suppressing a list of numbers. */
export interface Suppressed {
  /** Rows that were read, without the header and empty ones. */
  readonly rows: number
  /** Numbers that were not suppressed before. */
  readonly added: number
  /** Numbers that are never called anyway, such as foreign ones. */
  readonly needless: number
}

/** Which column holds the numbers, and whether the first row is a number already instead of a header. */
function findNumberColumn(first: CsvRow, port: Pick<Port, 'isCallable'>, column: string | undefined) {
  const isData = column === undefined && 'number' in readNumber(first.cells[0], port.isCallable)
  if (isData) return { index: 0, isData }
  return {
    index: readHeader(first.cells, column === undefined ? {} : { number: column }).roles.number,
    isData,
  }
}

/**
 * Suppresses every number of a list. Numbers are read as those of leads are.
 *
 * @throws DialerInputError `BAD_SUPPRESSION`: a number cannot be read, so the person may still be called; all others are
 *   suppressed. `BAD_HEADER`, `BAD_CSV`, `BAD_ENCODING`: the list cannot be read; some of its numbers may be suppressed already
 */
export async function suppressList(options: SuppressOptions): Promise<Suppressed> {
  const { ledger, port, csv, column, source } = options
  const unreadable: number[] = []
  let index: number | undefined
  let numbers: string[] = []
  let rows = 0
  let added = 0
  let needless = 0
  const flush = async (): Promise<void> => {
    if (numbers.length > 0) added += await ledger.suppress(numbers, source)
    numbers = []
  }
  for await (const row of readCsv(csv)) {
    if (index === undefined) {
      const found = findNumberColumn(row, port, column)
      index = found.index
      if (!found.isData) continue
    }
    if (row.cells.every((cell) => cell.trim() === '')) continue
    rows += 1
    const read = readNumber(row.cells[index], (number) => port.isCallable(number))
    if ('number' in read) numbers.push(read.number)
    else if (neverCalled.includes(read.fault)) needless += 1
    else unreadable.push(row.line)
    if (numbers.length >= pieceRows) await flush()
  }
  await flush()
  const [line] = unreadable
  if (line !== undefined) {
    const more = unreadable.length > 1 ? `, nor can those on ${unreadable.length - 1} more lines` : ''
    throw new DialerInputError(
      'BAD_SUPPRESSION',
      `The number on line ${line} of the suppression list cannot be read${more}: correct it, or that person may be called.`,
    )
  }
  return { rows, added, needless }
}

/**
 * Reads days on which nobody is called: one date per line, or CSV with `date`, `name` and `region`, in this order or with a
 * header. A region is a code of ISO 3166-2:ES; a day without one counts everywhere.
 *
 * @throws DialerInputError `BAD_LOCAL_DAY` with the line
 */
export async function readLocalDays(csv: Source): Promise<LocalDay[]> {
  const found: LocalDay[] = []
  let order: readonly string[] | undefined
  for await (const { line, cells } of readCsv(csv)) {
    const texts = cells.map((cell) => cell.trim())
    if (texts.every((text) => text === '')) continue
    if (!order) {
      const isHeader = texts.some((text) => text.toLowerCase() === 'date')
      order = isHeader ? texts.map((text) => text.toLowerCase()) : ['date', 'name', 'region']
      if (isHeader) continue
    }
    const cell = (name: string): string | undefined => texts[order?.indexOf(name) ?? -1] || undefined
    const date = cell('date') ?? ''
    const [name, region] = [cell('name'), cell('region')?.toUpperCase().replace(/^ES-/, '')]
    if (!isDate(date)) {
      throw new DialerInputError(
        'BAD_LOCAL_DAY',
        `Line ${line} of the local days has no date like 2026-05-15.`,
      )
    }
    if (region !== undefined && !regions.includes(region)) {
      throw new DialerInputError(
        'BAD_LOCAL_DAY',
        `Line ${line} of the local days has an unknown region: give one of ${regions.join(', ')}.`,
      )
    }
    found.push({ date, ...(name !== undefined && { name }), ...(region !== undefined && { region }) })
  }
  return found
}
