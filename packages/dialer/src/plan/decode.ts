/**
 * Decodes bytes of unknown encoding: UTF-8 with or without a byte order mark, UTF-16 with one, otherwise Latin-1 as Windows
 * writes it (windows-1252).
 */
import { TextDecoder } from 'node:util'
import { DialerInputError } from '../errors.ts'

/** The content of a file, not its path: text, bytes, or a stream of either, such as `createReadStream(path)`. */
export type Source = string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

async function* chunks(source: Source): AsyncGenerator<string | Uint8Array> {
  if (typeof source === 'string' || source instanceof Uint8Array) yield source
  else yield* source
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

const utf16Of = (bytes: Uint8Array): string | undefined => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
}

/** Whether the first characters beyond ASCII are valid UTF-8. */
function beginsAsUtf8(bytes: Uint8Array): boolean {
  const from = bytes.findIndex((byte) => byte > 0x7f)
  const length = bytes.subarray(from).findIndex((byte) => byte < 0x80)
  const run = bytes.subarray(from, length < 0 ? undefined : from + length)
  return !new TextDecoder().decode(run).includes('\ufffd')
}

/**
 * Creates a decoder that works piece by piece. A piece ends after an ASCII byte, where no UTF-8 character can be cut. Both
 * encodings agree on ASCII, so the first byte beyond it decides between them.
 */
function createDecoder(): (bytes: Uint8Array, isLast: boolean) => string {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let chosen: TextDecoder | undefined
  let isUtf8 = false
  let rest: Uint8Array = new Uint8Array(0)
  let isFirst = true

  return (bytes, isLast) => {
    if (chosen) return chosen.decode(bytes, { stream: !isLast })
    let piece = join(rest, bytes)
    if (isFirst && piece.length < 3 && !isLast) {
      rest = piece
      return ''
    }
    const utf16 = isFirst ? utf16Of(piece) : undefined
    isFirst = false
    if (utf16 !== undefined) {
      chosen = new TextDecoder(utf16)
      return chosen.decode(piece, { stream: !isLast })
    }
    let end = piece.length
    if (!isLast) while (end > 0 && (piece[end - 1] ?? 0) > 0x7f) end -= 1
    rest = piece.slice(end)
    piece = piece.subarray(0, end)
    try {
      const text = utf8.decode(piece)
      isUtf8 ||= text.length < piece.length
      return text
    } catch (cause) {
      if (isUtf8 || beginsAsUtf8(piece)) {
        throw new DialerInputError(
          'BAD_ENCODING',
          'The file begins as UTF-8 and continues in another encoding: save it as UTF-8.',
          { cause },
        )
      }
      chosen = new TextDecoder('windows-1252')
      const text = chosen.decode(join(piece, rest), { stream: !isLast })
      rest = new Uint8Array(0)
      return text
    }
  }
}

/**
 * Decodes a source and drops its byte order mark.
 *
 * @throws DialerInputError `BAD_ENCODING`: it is UTF-8 at first, but not later
 */
export async function* decode(source: Source): AsyncGenerator<string> {
  const decoder = createDecoder()
  let isStart = true
  const clean = (text: string): string => {
    if (text === '') return text
    const isMarked = isStart && text.startsWith('\ufeff')
    isStart = false
    return isMarked ? text.slice(1) : text
  }
  for await (const chunk of chunks(source)) {
    const text = clean(typeof chunk === 'string' ? chunk : decoder(chunk, false))
    if (text !== '') yield text
  }
  const text = clean(decoder(new Uint8Array(0), true))
  if (text !== '') yield text
}
