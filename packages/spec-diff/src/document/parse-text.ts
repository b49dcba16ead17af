import { LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import { VendorDocumentError } from '../errors.ts'

const MiB = 2 ** 20

/**
 * The longest text that is read, in characters.
 *
 * YAML has the lower limit because its parser needs up to five seconds and 800 MiB for half a MiB of broken text.
 */
export const longestText: { readonly json: number; readonly yaml: number } = { json: 8 * MiB, yaml: MiB / 2 }

/** The most aliases in a document; the parser searches the whole document for each of them. */
const mostAliases = 1000

/** How many repetitions of values the aliases of a document may unfold into: the parser's own measure. */
const maxAliasCount = 100

/**
 * Parses JSON, or YAML 1.2 with merge keys but without timestamps and custom tags.
 *
 * Text that looks like JSON but is not valid JSON is parsed as YAML, which may begin with a brace too.
 *
 * @throws VendorDocumentError
 */
export function parseText(text: string): unknown {
  if (text.length > longestText.json) throw tooLarge('', longestText.json)
  const start = text.slice(0, 1000)
  if (/^\s*</.test(start))
    throw new VendorDocumentError('UNREADABLE', 'The document is a page of HTML or XML, not JSON or YAML.')
  if (!/^\s*[{[]/.test(start)) return parseYaml(text)
  try {
    return JSON.parse(text)
  } catch (failure) {
    const notJson = unreadable('JSON', failure)
    if (text.length > longestText.yaml) throw notJson
    try {
      return parseYaml(text)
    } catch {
      throw notJson
    }
  }
}

function parseYaml(text: string): unknown {
  if (text.length > longestText.yaml) throw tooLarge(' of YAML', longestText.yaml)
  try {
    return readYaml(text)
  } catch (failure) {
    throw failure instanceof RangeError ? tooDeep() : failure
  }
}

function readYaml(text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter,
    merge: true,
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: 'error',
    // Both cost time that grows with the square of the text. Without unique keys the last one counts, as in JSON.
    prettyErrors: false,
    uniqueKeys: false,
  })
  const [error] = document.errors
  if (error?.code === 'RESOURCE_EXHAUSTION') throw tooDeep()
  if (error) throw unreadable('YAML', withPosition(error, lineCounter))
  let aliases = 0
  visit(document, {
    Alias() {
      aliases++
    },
  })
  if (aliases > mostAliases)
    throw new VendorDocumentError('ALIASES', `The document has more than ${mostAliases} aliases.`)
  try {
    return document.toJS({ maxAliasCount })
  } catch (failure) {
    if (failure instanceof RangeError) throw failure
    throw new VendorDocumentError(
      'ALIASES',
      `The document's aliases cannot be followed: ${firstLine(failure)}.`,
    )
  }
}

const tooDeep = (): VendorDocumentError =>
  new VendorDocumentError('TOO_DEEP', 'The document is nested too deeply to be read.')

const tooLarge = (what: string, most: number): VendorDocumentError =>
  new VendorDocumentError('TOO_LARGE', `The document is larger than ${most / MiB} MiB${what}.`)

const unreadable = (format: string, failure: unknown): VendorDocumentError =>
  new VendorDocumentError('UNREADABLE', `The document is not valid ${format}: ${firstLine(failure)}`)

function firstLine(failure: unknown): string {
  const [line = ''] = (failure instanceof Error ? failure.message : String(failure)).split('\n', 1)
  return line
    .replace(/[\p{Cc}]+/gu, ' ')
    .replace(/:\s*$/, '')
    .slice(0, 200)
}

function withPosition({ message, pos }: YAMLError, lines: LineCounter): Error {
  const { line, col } = lines.linePos(pos[0])
  return new Error(`${message} at line ${line}, column ${col}`)
}
