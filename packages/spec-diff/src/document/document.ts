import { isRecord } from '@digame/internal'
import { VendorDocumentError } from '../errors.ts'
import { parseText } from './parse-text.ts'
import { describeKind, member, type Raw } from './values.ts'

/** An OpenAPI document, with a limit on how much of it one comparison may read. */
export interface ApiDocument {
  readonly root: Raw
  /** In 3.0, `nullable` counts, and keywords beside a `$ref` do not. */
  readonly version: '3.0' | '3.1'
  /** Counts what is read. @throws VendorDocumentError once it is too much */
  spend(cost?: number): void
}

/** How much one comparison may read: schemas, their alternatives and the properties of these. */
const mostParts = 1_000_000

/** Opens a document, given as text (JSON or YAML) or parsed. @throws VendorDocumentError */
export function openDocument(source: unknown): ApiDocument {
  const root = typeof source === 'string' ? parseText(source) : source
  if (!isRecord(root)) {
    throw new VendorDocumentError(
      'NOT_OPENAPI',
      `The document is ${describeKind(root)}, not an OpenAPI document.`,
    )
  }
  const version = versionOf(root)
  let left = mostParts
  return {
    root,
    version,
    spend(cost = 1) {
      left -= cost
      if (left >= 0) return
      throw new VendorDocumentError(
        'TOO_COMPLEX',
        `The document unfolds into more than ${mostParts} parts of schemas.`,
      )
    },
  }
}

function versionOf(root: Raw): ApiDocument['version'] {
  const version = scalarAt(root, 'openapi')
  if (/^3\.1(?=\.|$)/.test(version)) return '3.1'
  if (/^3\.0(?=\.|$)/.test(version)) return '3.0'
  const swagger = scalarAt(root, 'swagger')
  if (version === '' && swagger === '')
    throw new VendorDocumentError(
      'NOT_OPENAPI',
      'The document is not an OpenAPI document: it has no `openapi`.',
    )
  const found = version ? `OpenAPI ${version}` : `Swagger ${swagger}`
  throw new VendorDocumentError(
    'UNSUPPORTED_VERSION',
    `The document is ${found.slice(0, 30)}; give one of OpenAPI 3.0 or 3.1.`,
  )
}

function scalarAt(root: Raw, name: string): string {
  const value = member(root, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
