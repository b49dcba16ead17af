import { isRecord } from '@digame/internal'
import { VendorDocumentError } from '../errors.ts'
import type { ApiDocument } from './document.ts'
import { member, type Raw } from './values.ts'

/** The target of a `$ref`, if the value is a reference. */
export function refOf(value: unknown): string | undefined {
  const ref = isRecord(value) ? member(value, '$ref') : undefined
  return typeof ref === 'string' ? ref : undefined
}

/**
 * Follows a reference, and those behind it, inside the document. A value that is not a reference is returned as it is.
 *
 * @throws VendorDocumentError
 */
export function resolve(document: ApiDocument, given: unknown, where: string): unknown {
  const seen = new Set<string>()
  let value = given
  for (let ref = refOf(value); ref !== undefined; ref = refOf(value)) {
    document.spend()
    if (seen.has(ref))
      throw new VendorDocumentError('CIRCULAR_REF', says(where, ref, 'leads back to itself.'))
    seen.add(ref)
    value = targetOf(document.root, ref, where)
  }
  return value
}

function targetOf(root: Raw, ref: string, where: string): unknown {
  if (!ref.startsWith('#')) {
    const advice = 'leads out of the document; bundle it into one file first.'
    throw new VendorDocumentError('REMOTE_REF', says(where, ref, advice))
  }
  // An anchor such as `#Call` is not a pointer.
  let value: unknown = ref === '#' || ref.startsWith('#/') ? root : undefined
  for (const part of ref.slice(1).split('/').slice(1)) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(value)) value = /^\d+$/.test(name) ? value[Number(name)] : undefined
    else value = isRecord(value) ? member(value, name) : undefined
  }
  if (value !== undefined) return value
  throw new VendorDocumentError('BROKEN_REF', says(where, ref, 'leads nowhere.'))
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const says = (where: string, ref: string, what: string): string =>
  `${where}: $ref ${JSON.stringify(ref.length > 100 ? `${ref.slice(0, 99)}…` : ref)} ${what}`
