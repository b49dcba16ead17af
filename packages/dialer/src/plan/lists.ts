/** Lists of one's own: numbers that are not called, and days on which nobody is. */
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

// A number that cannot be dialled needs no suppression.
const harmless: readonly NumberFault[] = ['number_foreign', 'number_special', 'number_not_callable']

export interface SuppressOptions {
  readonly ledger: Pick<Ledger, 'suppress'>
  readonly port: Pick<Port, 'isCallable'>
  /** One number a line, or CSV with a header. */
  readonly csv: Source
  /** The column of the numbers, if its name does not say it. */
  readonly column?: string
  /** Where the list comes from, kept with each number. */
  readonly source: string
}

/** What became of a list of numbers. */
export interface Suppressed {
  readonly rows: number
  /** Numbers that were not suppressed before. */
  readonly added: number
  /** Numbers that are never dialled anyway, such as foreign ones. */
  readonly needless: number
}

/** The place of the numbers, and whether the first row is one of them already. */
function numberColumn(first: CsvRow, port: Pick<Port, 'isCallable'>, column: string | undefined) {
  const isData = column === undefined && 'number' in readNumber(first.cells[0], port.isCallable)
  if (isData) return { index: 0, isData }
  return {
    index: readHeader(first.cells, column === undefined ? {} : { number: column }).roles.number,
    isData,
  }
}

/**
 * Suppresses every number of a list, read as leads' numbers are.
 *
 * @throws DialerInputError `BAD_SUPPRESSION` if a number of it cannot be read: the others are suppressed, but whoever it stands
 *   for would be called
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
      const place = numberColumn(row, port, column)
      index = place.index
      if (!place.isData) continue
    }
    if (row.cells.every((cell) => cell.trim() === '')) continue
    rows += 1
    const read = readNumber(row.cells[index], (number) => port.isCallable(number))
    if ('number' in read) numbers.push(read.number)
    else if (harmless.includes(read.fault)) needless += 1
    else unreadable.push(row.line)
    if (numbers.length >= pieceRows) await flush()
  }
  await flush()
  const [line] = unreadable
  if (line !== undefined) {
    const more = unreadable.length > 1 ? `, nor on ${unreadable.length - 1} more lines` : ''
    throw new DialerInputError(
      'BAD_SUPPRESSION',
      `The number on line ${line} of the suppression list cannot be read${more}: mend it, or whoever it is may be called.`,
    )
  }
  return { rows, added, needless }
}

/**
 * Reads days on which nobody is called: one date a line, or CSV with `date`, `name` and `region` in this order or by a
 * header; a region is a code of ISO 3166-2:ES, and without one the day counts everywhere.
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
