import { maskNumber } from '@digame/internal'
import type { Ledger } from '../ledger/ledger.ts'
import type { LeadRecord } from '../ledger/records.ts'

/** The value of a cell; a Date is written as ISO 8601. */
type ReportCell = string | number | boolean | Date | undefined | null

/** One line of a report. */
export type ReportRow = Readonly<Record<string, ReportCell>>

export interface ReportOptions {
  /** CSV for spreadsheets (RFC 4180: commas, CRLF, UTF-8), or one JSON object per line. */
  readonly format: 'csv' | 'ndjson'
  /** Whether the column `number` is masked, such as `+346******78`. Keys and variables are not. @default false */
  readonly mask?: boolean
}

/**
 * Puts an apostrophe before text that a spreadsheet would run as a formula. That includes numbers in E.164, which would lose
 * their `+`; a plan reads them back with the apostrophe.
 */
export function safeCell(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
}

function csvCell(value: ReportCell): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') return value instanceof Date ? value.toISOString() : String(value)
  const text = safeCell(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const line = (cells: readonly ReportCell[]): string => `${cells.map(csvCell).join(',')}\r\n`

/** Writes the lines of a report, each with its line end. `columns` lists the cells to write, in this order. */
export async function* writeReport(
  columns: readonly string[],
  rows: AsyncIterable<ReportRow> | Iterable<ReportRow>,
  { format, mask = false }: ReportOptions,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield line(columns)
  for await (const row of rows) {
    const cells = columns.map((column): ReportCell => {
      const value = row[column]
      return mask && column === 'number' && typeof value === 'string' ? maskNumber(value) : value
    })
    if (format === 'csv') yield line(cells)
    else
      yield `${JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, cells[index]])))}\n`
  }
}

export interface BatchReportOptions extends ReportOptions {
  /** Names of variables to add, each in a column of its own. @default none */
  readonly variables?: readonly string[]
}

const columns: readonly string[] = [
  'line',
  'key',
  'number',
  'state',
  'why',
  'calls',
  'outcome',
  'seconds',
  'called_at',
  'ended_at',
  'due_at',
  'call_id',
]

const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms))

function rowOf(lead: LeadRecord, variables: readonly string[]): ReportRow {
  const { line, key, number, state, why, tries, dueAt, attempts } = lead
  const last = attempts.at(-1)
  const called = attempts.findLast(({ callId, state }) => callId !== undefined && state !== 'refused')
  return {
    line,
    key,
    number,
    state,
    why: why ?? (state === 'held' ? last?.why : undefined),
    calls: tries,
    outcome: called?.outcome,
    seconds: called?.seconds,
    called_at: date(called?.claimedAt),
    ended_at: date(called?.endedAt),
    // A lead that was planned without a date is due since 1970.
    due_at: state === 'ready' && dueAt > 0 ? date(dueAt) : undefined,
    call_id: called?.callId,
    ...Object.fromEntries(variables.map((name) => [name, lead.variables[name]])),
  }
}

async function* rowsOf(
  ledger: Ledger,
  batch: number,
  variables: readonly string[],
): AsyncGenerator<ReportRow, void, undefined> {
  for await (const lead of ledger.leads(batch)) yield rowOf(lead, variables)
  for await (const { line, key, value, verdict, reason, earlier = {} } of ledger.skipped(batch)) {
    const why = earlier.batch === undefined ? reason : `${reason}: batch ${earlier.batch}`
    const { outcome, at } = earlier
    yield { line, key, number: value, state: verdict, why, calls: 0, outcome, called_at: date(at) }
  }
}

/**
 * Reports every lead of a batch, then the rows of its plan that are not called and why. Lines are streamed, so that a report of
 * a million leads needs no memory. The column `number` holds the phone number, or for a rejected row the cell in question.
 */
export function reportBatch(
  ledger: Ledger,
  batch: number,
  { variables = [], ...options }: BatchReportOptions,
): AsyncGenerator<string, void, undefined> {
  const own = variables.filter((name) => !columns.includes(name))
  return writeReport([...columns, ...own], rowsOf(ledger, batch, own), options)
}
