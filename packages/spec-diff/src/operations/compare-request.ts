import { below, type Effect, type Finding, named, tell } from '../difference.ts'
import {
  type ApiDocument,
  isObject,
  kind,
  listAt,
  member,
  objectAt,
  type Raw,
  resolve,
} from '../document/document.ts'
import { VendorDocumentError } from '../errors.ts'
import { compareSchemas, type Pair } from '../schemas/compare-schemas.ts'
import { contentOf } from './content.ts'
import type { Found, Ours } from './find-operations.ts'

/** What the requests of an operation have other than ours. @throws VendorDocumentError */
export function compareRequest(ours: Ours, theirs: Found, pair: Pair): readonly Finding[] {
  const [mine, yours] = [pair.ours.document, pair.theirs.document]
  return [
    ...compareAuth(theirs, yours),
    ...compareParameters(parametersOf(ours, mine), parametersOf(theirs, yours), pair),
    ...compareBody(bodyOf(ours, mine), bodyOf(theirs, yours), pair),
  ]
}

/** Our spec wants one bearer token, everywhere. */
function compareAuth({ operation, path }: Found, document: ApiDocument): readonly Finding[] {
  const at = '/security'
  const from = member(operation, 'security') === undefined ? document.root : operation
  const given = listAt(from, 'security', path)
  const schemes = objectAt(
    objectAt(document.root, 'components', 'The document') ?? {},
    'securitySchemes',
    'components',
  )
  const ways = given.map((way) => (isObject(way) ? Object.keys(way) : []))
  const nameOf = (name: string): string => {
    const scheme = resolve(document, member(schemes ?? {}, name), `${path}: security scheme ${named(name)}`)
    if (!isObject(scheme)) return `${named(name)} (not defined)`
    const [type, how, where] = ['type', 'scheme', 'in'].map((word) => member(scheme, word))
    return [type, how, where, type === 'apiKey' && member(scheme, 'name')]
      .filter((part) => typeof part === 'string')
      .join(' ')
      .toLowerCase()
  }
  const told = ways.map((way) => way.map(nameOf))
  if (told.some((way) => way.length === 1 && way[0] === 'http bearer')) return []
  if (told.length === 0 || told.some((way) => way.length === 0)) {
    return [{ at, code: 'auth_dropped', effect: 'harmless', message: 'no authorisation is asked for' }]
  }
  const value = named(told.map((way) => way.join(' and ')).join(', or '))
  return [
    {
      at,
      code: 'auth_changed',
      effect: 'breaks_request',
      value,
      message: `authorisation is ${value}, not a bearer token`,
    },
  ]
}

interface Parameter {
  readonly place: string
  readonly name: string
  readonly isRequired: boolean
  readonly schema: unknown
}

// OpenAPI says that these are no parameters.
const noHeaders = new Set(['accept', 'content-type', 'authorization'])

/** Parameters by place and name; those of the path by their position, as their names count for nobody. */
function parametersOf(
  { path, item, operation }: Found,
  document: ApiDocument,
): ReadonlyMap<string, Parameter> {
  const found = new Map<string, Parameter>()
  const positions = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name)
  // Those of the operation come last, and replace the others.
  for (const given of [...listAt(item, 'parameters', path), ...listAt(operation, 'parameters', path)]) {
    const parameter = resolve(document, given, `${path}: a parameter`)
    if (!isObject(parameter)) {
      throw new VendorDocumentError('MALFORMED', `${path}: a parameter is ${kind(parameter)}, not an object.`)
    }
    document.spend()
    const [name, place] = [member(parameter, 'name'), member(parameter, 'in')].map(String) as [string, string]
    const isHeader = place === 'header'
    if (isHeader && noHeaders.has(name.toLowerCase())) continue
    const key = place === 'path' ? positions.indexOf(name) : isHeader ? name.toLowerCase() : name
    const { types, schema } = contentOf(parameter, `${path}: parameter ${named(name)}`)
    found.set(`${place} ${key}`, {
      ...{ place, name, isRequired: member(parameter, 'required') === true },
      schema: types[0] === undefined ? member(parameter, 'schema') : schema(types[0])?.schema,
    })
  }
  return found
}

function compareParameters(
  ours: ReadonlyMap<string, Parameter>,
  theirs: ReadonlyMap<string, Parameter>,
  pair: Pair,
): readonly Finding[] {
  const found: Finding[] = []
  const pointer = ({ place, name }: Parameter): string => below(`/request/${place}`, name)
  for (const [key, mine] of ours) {
    const [at, yours] = [pointer(mine), theirs.get(key)]
    if (!yours) {
      // One of the path is in the path, whether it is described or not.
      if (mine.place !== 'path')
        found.push({ at, code: 'parameter_removed', effect: 'breaks_request', message: 'is not there' })
      continue
    }
    if (yours.isRequired && !mine.isRequired)
      found.push({ at, code: 'parameter_required', effect: 'breaks_request', message: 'is required' })
    if (!yours.isRequired && mine.isRequired && mine.place !== 'path')
      found.push({ at, code: 'parameter_optional', effect: 'harmless', message: 'need not be given' })
    // There is no null in a URL or a header.
    const isNull = ({ at: where, code }: Finding): boolean => where === at && /^null_/.test(code)
    tell(
      found,
      compareSchemas(mine.schema, yours.schema, pair, at).filter((one) => !isNull(one)),
    )
    tell(found, compareDefaults(mine, yours, pair, at))
  }
  for (const [key, yours] of theirs) {
    if (ours.has(key) || yours.place === 'path') continue
    const [code, effect, message] = yours.isRequired
      ? (['required_parameter_added', 'breaks_request', 'is new, and required'] as const)
      : (['parameter_added', 'harmless', 'is new'] as const)
    tell(found, [{ at: pointer(yours), code, effect, message }])
  }
  return found
}

/** What the service takes for a parameter that is left out decides what it answers. */
function compareDefaults(ours: Parameter, theirs: Parameter, pair: Pair, at: string): readonly Finding[] {
  const defaultOf = ({ schema }: Parameter, document: ApiDocument): string | undefined => {
    const value = defaultIn(document, schema, at)
    return value === null || typeof value === 'object' ? undefined : JSON.stringify(value)
  }
  const [mine, yours] = [defaultOf(ours, pair.ours.document), defaultOf(theirs, pair.theirs.document)]
  if (mine === undefined || mine === yours) return []
  const finding = { at, code: 'default_changed', effect: 'breaks_response' } as const
  if (yours === undefined) return [{ ...finding, message: `has no default, where our spec has ${mine}` }]
  const value = named(yours)
  return [{ ...finding, value, message: `is ${value} where it is left out, not ${mine}` }]
}

/** The default of a schema, or of the schemas that it is put together of. Circles end with the allowance. */
function defaultIn(document: ApiDocument, schema: unknown, at: string, depth = 0): unknown {
  document.spend()
  if (!isObject(schema) || depth > 100) return undefined
  const isRef = typeof member(schema, '$ref') === 'string'
  const own = isRef && document.version === '3.0' ? undefined : member(schema, 'default')
  if (own !== undefined && own !== null) return own
  const inner = isRef ? [resolve(document, schema, at)] : []
  for (const word of ['allOf', 'anyOf', 'oneOf']) for (const one of listAt(schema, word, at)) inner.push(one)
  for (const one of inner) {
    const found = defaultIn(document, one, at, depth + 1)
    if (found !== undefined && found !== null) return found
  }
  return undefined
}

function bodyOf({ path, operation }: Found, document: ApiDocument): Raw | undefined {
  const given = member(operation, 'requestBody')
  if (given === undefined) return undefined
  const body = resolve(document, given, `${path}: the request body`)
  if (isObject(body)) return body
  throw new VendorDocumentError('MALFORMED', `${path}: the request body is ${kind(body)}, not an object.`)
}

function compareBody(ours: Raw | undefined, theirs: Raw | undefined, pair: Pair): readonly Finding[] {
  const at = '/request/body'
  const isRequired = (body: Raw): boolean => member(body, 'required') === true
  if (!ours) {
    if (!theirs) return []
    const [code, effect]: [Finding['code'], Effect] = isRequired(theirs)
      ? ['required_body_added', 'breaks_request']
      : ['body_added', 'harmless']
    return [{ at, code, effect, message: isRequired(theirs) ? 'is new, and required' : 'is new' }]
  }
  if (!theirs) return [{ at, code: 'body_removed', effect: 'breaks_request', message: 'is not there' }]
  const found: Finding[] = []
  if (isRequired(ours) && !isRequired(theirs))
    found.push({ at, code: 'body_optional', effect: 'harmless', message: 'need not be given' })
  const [mine, yours] = [contentOf(ours, 'our spec'), contentOf(theirs, 'The request body')]
  for (const type of mine.types) {
    const there = yours.schema(type)
    if (there) tell(found, compareSchemas(mine.schema(type)?.schema, there.schema, pair, at))
    else {
      const message = `is not taken as ${type}, but as ${named(yours.types.join(', ')) || 'nothing that is named'}`
      found.push({ at, code: 'content_type_removed', effect: 'breaks_request', value: type, message })
    }
  }
  for (const type of yours.types.filter((one) => !mine.types.includes(one) && !one.includes('*'))) {
    const value = named(type)
    const message = `is taken as ${value} too`
    tell(found, [{ at, code: 'content_type_added', effect: 'harmless', value, message }])
  }
  return found
}
