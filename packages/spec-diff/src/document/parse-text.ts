import {
  type Alias,
  Composer,
  type CST,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Parser,
  type YAMLError,
} from 'yaml'
import { VendorDocumentError } from '../errors.ts'
import { refuseCostly } from './text-limits.ts'

const MiB = 2 ** 20

/** The longest text that is read, in characters. */
export const longestText: { readonly json: number; readonly yaml: number } = { json: 8 * MiB, yaml: MiB / 2 }

/** JSON that cannot be read is tried as YAML up to here, as braces begin YAML too. In characters. */
const mostBraces = MiB / 4

/** Values that a document may hold once its aliases are unfolded. */
const mostValues = 1_000_000

/** Parses JSON, or YAML without timestamps and custom tags; merge keys are refused. @throws VendorDocumentError */
export function parseText(text: string): unknown {
  const isJson = /^\s*[{[]/.test(text.slice(0, 1000))
  if (text.length > longestText.json) throw tooLarge('', longestText.json)
  if (/^\s*</.test(text.slice(0, 1000)))
    throw new VendorDocumentError('UNREADABLE', 'The document is a page of HTML or XML, not JSON or YAML.')
  let failure: Error | undefined
  if (isJson) {
    try {
      return JSON.parse(text)
    } catch (error) {
      failure = error as Error
    }
  }
  if (text.length <= (isJson ? mostBraces : longestText.yaml)) return parseYaml(text, failure)
  throw failure ? unreadable('JSON', failure) : tooLarge(' of YAML', longestText.yaml)
}

const tooLarge = (what: string, most: number): VendorDocumentError =>
  new VendorDocumentError('TOO_LARGE', `The document is larger than ${most / MiB} MiB${what}.`)

const unreadable = (what: string, { message }: Error): VendorDocumentError =>
  new VendorDocumentError('UNREADABLE', `The document is no ${what}: ${firstLine(message)}`)

const firstLine = (message: string): string =>
  message
    .split('\n', 1)[0]
    ?.replace(/[\p{Cc}]+/gu, ' ')
    .replace(/:\s*$/, '')
    .slice(0, 200) ?? ''

function parseYaml(text: string, jsonFailure: Error | undefined): unknown {
  // Duplicate keys are not looked for, as that takes time squared; the last one counts, as in JSON.
  // The library looks through the text for each error that it words.
  const options = {
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: 'error',
  } as const
  refuseCostly(text)
  const lines = new LineCounter()
  const tokens = new Parser(lines.addNewLine).parse(text)
  const composer = new Composer(options)
  const [document, another] = composer.compose(untilError(tokens), true, text.length)
  if (!document) return null
  if (another)
    throw new VendorDocumentError('UNREADABLE', 'The document is no YAML: it is several documents.')
  const [error] = document.errors
  if (error?.code === 'RESOURCE_EXHAUSTION') throw tooDeep()
  if (error) throw jsonFailure ? unreadable('JSON', jsonFailure) : unreadable('YAML', told(error, lines))
  return unfold(document.contents)
}

/** Whatever follows the first error is not looked at, nor a document of many directives. */
function* untilError(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  let directives = 0
  for (const token of tokens) {
    yield token
    if (token.type === 'error' || (token.type === 'directive' && ++directives > 20)) return
  }
}

function told({ message, pos }: YAMLError, lines: LineCounter): Error {
  const { line, col } = lines.linePos(pos[0])
  return new Error(`${message} at line ${line}, column ${col}`)
}

const tooDeep = (): VendorDocumentError =>
  new VendorDocumentError('TOO_DEEP', 'The document is nested too deeply to be read.')

interface Unfolded {
  readonly value: unknown
  /** Values in it, aliases unfolded. */
  readonly size: number
}

/**
 * The values of YAML's nodes, each alias the very value that it repeats. The library's own way looks through the whole
 * document for each alias.
 */
function unfold(root: ParsedNode | null): unknown {
  const anchors = new Map<string, Unfolded | 'open'>()
  const alias = ({ source }: Alias): Unfolded => {
    const found = anchors.get(source)
    if (typeof found === 'object') return found
    const what = found ? 'stands inside of what it repeats' : 'repeats nothing'
    throw new VendorDocumentError('ALIASES', `The alias *${source.slice(0, 80)} ${what}.`)
  }
  const counted = (parts: readonly Unfolded[]): number => {
    const size = parts.reduce((sum, part) => sum + part.size, 1)
    if (size <= mostValues) return size
    throw new VendorDocumentError(
      'ALIASES',
      `The document's aliases unfold into more than ${mostValues} values.`,
    )
  }
  const read = (node: unknown): Unfolded => {
    if (isAlias(node)) return alias(node)
    const anchor = isNode(node) && 'anchor' in node ? node.anchor : undefined
    if (anchor) anchors.set(anchor, 'open')
    const unfolded = readValue(node)
    if (anchor) anchors.set(anchor, unfolded)
    return unfolded
  }
  const readValue = (node: unknown): Unfolded => {
    if (isSeq(node)) {
      const items = node.items.map(read)
      return { value: items.map(({ value }) => value), size: counted(items) }
    }
    if (isMap(node)) {
      if (node.items.some(({ key }) => isScalar(key) && key.value === '<<' && key.type === 'PLAIN')) {
        throw new VendorDocumentError(
          'UNREADABLE',
          'The document has merge keys (<<), which YAML 1.2 does not know; write out what they stand for.',
        )
      }
      const pairs = node.items.map(
        ({ key, value }) => [String(isScalar(key) ? key.value : key), read(value)] as const,
      )
      // Not an object literal: `__proto__` is a key like any other.
      return {
        value: Object.fromEntries(pairs.map(([key, { value }]) => [key, value])),
        size: counted(pairs.map(([, unfolded]) => unfolded)),
      }
    }
    return { value: isScalar(node) ? node.value : null, size: 1 }
  }
  try {
    return read(root).value
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error
  }
}
