import { VendorDocumentError } from '../errors.ts'
import { parseText } from './parse-text.ts'

/** An object of a document, whatever is in it; read with {@link member} alone, as its keys are anybody's. */
export type Raw = Readonly<Record<string, unknown>>

/** A document that can be compared, and what reading it may cost. */
export interface ApiDocument {
  readonly root: Raw
  /** In 3.0 whatever stands beside a `$ref` does not count, and `nullable` does. */
  readonly version: '3.0' | '3.1'
  /** Counts what is read; @throws VendorDocumentError where it becomes too much */
  spend(cost?: number): void
}

/** What a comparison may read: schemas, their alternatives and the properties of these. */
const allowance = 1_000_000

export const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member of its own; `constructor` and `__proto__` are names like any other. */
export const member = (of: Raw, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined)

/** @throws VendorDocumentError if it is there and no object */
export function objectAt(of: Raw, name: string, where: string): Raw | undefined {
  const value = member(of, name)
  if (value === undefined) return undefined
  if (isObject(value)) return value
  throw new VendorDocumentError('MALFORMED', `${where}: ${name} is ${kind(value)}, not an object.`)
}

/** @throws VendorDocumentError if it is there and no list */
export function listAt(of: Raw, name: string, where: string): readonly unknown[] {
  const value = member(of, name)
  if (value === undefined) return []
  if (Array.isArray(value)) return value
  throw new VendorDocumentError('MALFORMED', `${where}: ${name} is ${kind(value)}, not a list.`)
}

export const kind = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`

/** Reads a document, given as text (JSON or YAML) or parsed. @throws VendorDocumentError */
export function readDocument(given: unknown): ApiDocument {
  const root = typeof given === 'string' ? parseText(given) : given
  if (!isObject(root)) {
    throw new VendorDocumentError('NOT_OPENAPI', `The document is ${kind(root)}, not an OpenAPI document.`)
  }
  const said = String(member(root, 'openapi') ?? '')
  const version = /^3\.[01](?=\.|$)/.exec(said)?.[0] as ApiDocument['version'] | undefined
  if (!version) {
    const swagger = member(root, 'swagger')
    if (said === '' && swagger === undefined)
      throw new VendorDocumentError(
        'NOT_OPENAPI',
        'The document is not an OpenAPI document: it has no `openapi`.',
      )
    const found = said ? `OpenAPI ${said.slice(0, 20)}` : `Swagger ${String(swagger).slice(0, 20)}`
    throw new VendorDocumentError(
      'UNSUPPORTED_VERSION',
      `The document is ${found}; give one of OpenAPI 3.0 or 3.1.`,
    )
  }
  let left = allowance
  return {
    root,
    version,
    spend(cost = 1) {
      left -= cost
      if (left >= 0) return
      throw new VendorDocumentError(
        'TOO_COMPLEX',
        `The document unfolds into more than ${allowance} parts of schemas.`,
      )
    },
  }
}

/** Follows a reference, and those behind it, inside the document. @throws VendorDocumentError */
export function resolve(document: ApiDocument, given: unknown, where: string): unknown {
  const seen = new Set<string>()
  let value = given
  while (isObject(value) && typeof member(value, '$ref') === 'string') {
    const ref = member(value, '$ref') as string
    document.spend()
    if (seen.has(ref)) {
      throw new VendorDocumentError(
        'CIRCULAR_REF',
        `${where}: $ref ${JSON.stringify(short(ref))} leads back to itself.`,
      )
    }
    seen.add(ref)
    value = target(document, ref, where)
  }
  return value
}

function target({ root }: ApiDocument, ref: string, where: string): unknown {
  if (!ref.startsWith('#')) {
    throw new VendorDocumentError(
      'REMOTE_REF',
      `${where}: $ref ${JSON.stringify(short(ref))} leads out of the document; bundle it into one file first.`,
    )
  }
  // An anchor, `#Call`, is no pointer.
  let value: unknown = ref === '#' || ref.startsWith('#/') ? root : undefined
  for (const part of ref.slice(1).split('/').slice(1)) {
    const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~')
    value = isObject(value) || Array.isArray(value) ? member(value as Raw, name) : undefined
  }
  if (value !== undefined) return value
  throw new VendorDocumentError('BROKEN_REF', `${where}: $ref ${JSON.stringify(short(ref))} leads nowhere.`)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const short = (ref: string): string => (ref.length > 100 ? `${ref.slice(0, 99)}…` : ref)
