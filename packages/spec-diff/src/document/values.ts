import { isRecord } from '@digame/internal'
import { VendorDocumentError } from '../errors.ts'

/** An object of a document. Read it with {@link member} only: its keys may be any names at all. */
export type Raw = Readonly<Record<string, unknown>>

/** An own member of an object, so that `constructor` and `__proto__` are names like any other. */
export const member = (of: Raw, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined)

/** A member that is an object, or `undefined` if it is missing. @throws VendorDocumentError if it is anything else */
export function objectAt(of: Raw, name: string, where: string): Raw | undefined {
  const value = member(of, name)
  if (value === undefined || isRecord(value)) return value
  throw new VendorDocumentError('MALFORMED', `${where}: ${name} is ${describeKind(value)}, not an object.`)
}

/** A member that is a list, or an empty list if it is missing. @throws VendorDocumentError if it is anything else */
export function listAt(of: Raw, name: string, where: string): readonly unknown[] {
  const value = member(of, name)
  if (value === undefined) return []
  if (Array.isArray(value)) return value
  throw new VendorDocumentError('MALFORMED', `${where}: ${name} is ${describeKind(value)}, not a list.`)
}

/** The kind of a JSON value, in words for messages. */
export function describeKind(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`
}
