import { isRecord } from '@digame/internal'
import type { ApiDocument } from '../document/document.ts'
import { resolve } from '../document/references.ts'
import { listAt, member, objectAt, type Raw } from '../document/values.ts'
import { type Finding, shorten } from '../finding.ts'
import type { Described } from './operation.ts'

/** How the authorisation of an operation differs from the one bearer token that our spec asks for everywhere. */
export function compareAuth({ operation, path }: Described, document: ApiDocument): readonly Finding[] {
  const at = '/security'
  const scope = member(operation, 'security') === undefined ? document.root : operation
  const components = objectAt(document.root, 'components', 'The document') ?? {}
  const schemes = objectAt(components, 'securitySchemes', 'components') ?? {}
  const ways = listAt(scope, 'security', path).map((way) =>
    Object.keys(isRecord(way) ? way : {}).map((name) => describeScheme(name, schemes, document, path)),
  )
  if (ways.some((way) => way.length === 1 && way[0] === 'http bearer')) return []
  if (ways.length === 0 || ways.some((way) => way.length === 0))
    return [{ at, code: 'auth_dropped', effect: 'harmless', message: 'no authorisation is required' }]
  const value = shorten(ways.map((way) => way.join(' and ')).join(', or '))
  const message = `authorisation is ${value}, not a bearer token`
  return [{ at, code: 'auth_changed', effect: 'breaks_request', value, message }]
}

/** A security scheme in words, such as `http bearer` or `apikey header x-api-key`. */
function describeScheme(name: string, schemes: Raw, document: ApiDocument, path: string): string {
  const where = `${path}: security scheme ${shorten(name)}`
  const scheme = resolve(document, member(schemes, name), where)
  if (!isRecord(scheme)) return `${shorten(name)} (not defined)`
  const type = member(scheme, 'type')
  const parts = [
    type,
    member(scheme, 'scheme'),
    member(scheme, 'in'),
    type === 'apiKey' && member(scheme, 'name'),
  ]
  return parts
    .filter((part) => typeof part === 'string')
    .join(' ')
    .toLowerCase()
}
