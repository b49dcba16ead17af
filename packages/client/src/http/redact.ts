import { isRecord } from '@digame/internal'
import { maskNumbers } from '../number.ts'

type Headers = Readonly<Record<string, string>>

/** Removes the API key of a request from a text. */
export function removeKey(headers: Headers, text: string): string {
  const key = headers['authorization']?.slice('Bearer '.length)
  // A shorter key is a word, such as one for a mock, and no secret. That word may stand in messages and in codes.
  return key && key.length >= 8 ? text.replaceAll(key, 'sk-…') : text
}

/** Copies an error of somebody else's fetch, without phone numbers, the API key, or properties such as the request. */
export function redactError(error: unknown, headers: Headers, depth = 0): unknown {
  if (!isRecord(error) || depth > 4) return undefined
  const { name, message, stack, code, cause } = error
  if (typeof message !== 'string') return undefined
  const redact = (text: string): string => maskNumbers(removeKey(headers, text))
  const copy = new Error(redact(message), { cause: redactError(cause, headers, depth + 1) })
  return Object.assign(copy, { name, code, stack: redact(String(stack)) })
}

/** The error and its causes, outermost first, at most five. */
export function* causesOf(error: unknown): Generator<Record<string, unknown>, void, undefined> {
  for (let at = error, depth = 0; isRecord(at) && depth < 5; depth++) {
    yield at
    at = at['cause']
  }
}
