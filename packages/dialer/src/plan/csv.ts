import { Readable } from 'node:stream'
import { CsvError, type Options, parse } from 'csv-parse'
import { DialerInputError } from '../errors.ts'
import { decode, type Source } from './decode.ts'

/** One row of a file. */
export interface CsvRow {
  /** The line that the row begins on, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

// Longer than any row that a person means to write, so that a quote that never closes is found before it swallows the file.
const maxRowLength = 128 * 1024

const delimiters = [',', ';', '\t']

const refuse = (message: string, cause?: unknown): never => {
  throw new DialerInputError('BAD_CSV', message, cause === undefined ? undefined : { cause })
}

/** The first line; undefined if it does not end, or its end is inside quotes. */
function firstLine(text: string): string | undefined {
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '"') isQuoted = !isQuoted
    if (!isQuoted && (char === '\n' || char === '\r')) return text.slice(0, at)
  }
  return undefined
}

/** The delimiter that is most frequent in the first line, outside quotes. */
function delimiterOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '')
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length - 1)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}

// The parser turns each slice into rows before the first one is read, so small slices keep memory low.
const sliceLength = 4096

function* slices(text: string): Generator<string> {
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + sliceLength
    // Never cuts a surrogate pair in two.
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end += 1
    yield text.slice(at, end)
  }
}

interface Opening {
  readonly delimiter: string
  /** Lines before the first row. */
  readonly skipped: number
  readonly text: AsyncIterable<string>
}

/** Reads up to the end of the first line to find the delimiter. Excel may name it there (`sep=;`). */
async function openCsv(source: Source): Promise<Opening> {
  const pieces = decode(source)
  let head = ''
  let line: string | undefined
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    head += next.value
    line = firstLine(head)
    if (line !== undefined) break
    if (head.length > maxRowLength) refuse('Line 1 does not end: is this a CSV file with a header?')
  }
  const named = /^sep=(.)$/.exec(line ?? '')?.[1]
  const rest = named === undefined ? head : head.slice((line ?? '').length).replace(/^\r?\n|^\r/, '')
  async function* text(): AsyncGenerator<string> {
    yield* slices(rest)
    for await (const piece of pieces) yield* slices(piece)
  }
  const delimiter = named ?? delimiterOf(line ?? head)
  return { delimiter, skipped: named === undefined ? 0 : 1, text: text() }
}

const count = (cells: readonly string[], pattern: RegExp): number =>
  cells.reduce((sum, cell) => sum + (cell.match(pattern)?.length ?? 0), 0)

/**
 * Reads a CSV file row by row, the header included. Empty lines are skipped.
 *
 * The encoding may be UTF-8, UTF-16 or Latin-1. The delimiter is a comma, semicolon or tab, found from the first line. Quotes
 * follow RFC 4180 and may hold newlines.
 *
 * @throws DialerInputError `BAD_CSV` with the line; `BAD_ENCODING`
 */
export async function* readCsv(source: Source): AsyncGenerator<CsvRow> {
  const { delimiter, skipped, text } = await openCsv(source)
  let drift = -skipped
  let last = skipped
  const options: Options<CsvRow, string[]> = {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: maxRowLength,
    on_record: (cells: string[], { lines }): CsvRow => {
      // The parser reports where a row ends, and counts a CRLF inside quotes as two lines.
      last = lines - drift - count(cells, /[\r\n]/g)
      drift += count(cells, /\r\n/g)
      return { line: last, cells }
    },
  }
  // Without the option `columns`, the types of `parse` allow for no rows but arrays.
  const parser = parse(options as unknown as Options)
  const rows: AsyncIterable<CsvRow> = parser
  const input = Readable.from(text, { objectMode: true })
  input.on('error', (error) => parser.destroy(error))
  input.pipe(parser)
  try {
    yield* rows
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    refuse(
      error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
        ? `A quote that opens after line ${last} does not close: correct it; nothing was written.`
        : `What follows line ${last} cannot be read as CSV: correct it; nothing was written.`,
      error,
    )
  } finally {
    input.destroy()
  }
}
