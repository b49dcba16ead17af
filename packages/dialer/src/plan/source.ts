import { isRecord } from '@digame/internal'
import { DialerInputError } from '../errors.ts'
import { type ColumnNames, type Columns, readHeader } from './columns.ts'
import { readCsv } from './csv.ts'
import type { Source } from './decode.ts'
import type { RawRow } from './lead.ts'

/** Where leads come from: a CSV file, or objects whose property names are the columns. */
export type Leads =
  | { readonly csv: Source }
  | {
      readonly rows:
        | AsyncIterable<Readonly<Record<string, unknown>>>
        | Iterable<Readonly<Record<string, unknown>>>
    }

async function* csvRows(source: Source, names: ColumnNames | undefined): AsyncGenerator<RawRow> {
  let columns: Columns | undefined
  for await (const { line, cells } of readCsv(source)) {
    if (columns) yield { line, columns, cells }
    else columns = readHeader(cells, names)
  }
  if (!columns)
    throw new DialerInputError('BAD_HEADER', 'The file is empty: give it a header and a row for each lead.')
}

async function* objectRows(
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  names: ColumnNames | undefined,
): AsyncGenerator<RawRow> {
  let line = 0
  let header: readonly string[] | undefined
  let columns: Columns | undefined
  for await (const row of rows) {
    line += 1
    if (!columns && !isRecord(row)) {
      throw new DialerInputError(
        'BAD_HEADER',
        'The first lead is not an object: give { to_number: … }, or use csv: for a file.',
      )
    }
    const own = isRecord(row) ? Object.keys(row) : []
    const cells = isRecord(row) ? Object.values(row) : []
    if (!header || own.length !== header.length || own.some((name, index) => name !== header?.[index])) {
      try {
        columns = readHeader(own, names)
        header = own
      } catch (error) {
        if (!columns) throw error
        // The first object had the right names, so it is this one that lacks them.
        yield { line, columns, cells, fault: own.length === 0 ? 'row_empty' : 'row_broken' }
        continue
      }
    }
    if (columns) yield { line, columns, cells }
  }
}

/**
 * Reads the rows of a source, and its header first.
 *
 * @throws DialerInputError the header or the file cannot be read
 */
export function readLeads(leads: Leads, names: ColumnNames | undefined): AsyncGenerator<RawRow> {
  return 'csv' in leads ? csvRows(leads.csv, names) : objectRows(leads.rows, names)
}
