import { isRecord } from '@digame/internal'
import type { ApiDocument } from '../document/document.ts'
import { refOf, resolve } from '../document/references.ts'
import { describeKind, listAt, member } from '../document/values.ts'
import { VendorDocumentError } from '../errors.ts'
import { addFindings, below, type Finding, shorten } from '../finding.ts'
import { type Comparison, compareSchemas } from '../schemas/compare-schemas.ts'
import { contentOf } from './content.ts'
import type { Described } from './operation.ts'

interface Parameter {
  /** `path`, `query`, `header` or `cookie`. */
  readonly location: string
  readonly name: string
  readonly isRequired: boolean
  readonly schema: unknown
}

type Parameters = ReadonlyMap<string, Parameter>

/** How the parameters of an operation differ. @throws VendorDocumentError */
export function compareParameters(
  ours: Described,
  theirs: Described,
  comparison: Comparison,
): readonly Finding[] {
  const mine = parametersOf(ours, comparison.ours)
  const yours = parametersOf(theirs, comparison.theirs)
  const found: Finding[] = []
  for (const [key, one] of mine) addFindings(found, compareParameter(one, yours.get(key), comparison))
  for (const [key, one] of yours) {
    if (mine.has(key) || one.location === 'path') continue
    const at = pointerTo(one)
    const added: Finding = one.isRequired
      ? { at, code: 'required_parameter_added', effect: 'breaks_request', message: 'is new, and required' }
      : { at, code: 'parameter_added', effect: 'harmless', message: 'is new' }
    addFindings(found, [added])
  }
  return found
}

// OpenAPI ignores parameters of these names.
const ignoredHeaders = new Set(['accept', 'content-type', 'authorization'])

/** Parameters by location and name; those of the path by their position, as their names never travel. */
function parametersOf({ path, item, operation }: Described, document: ApiDocument): Parameters {
  const found = new Map<string, Parameter>()
  const positions = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name)
  // Those of the operation come last and replace those of its path.
  for (const raw of [...listAt(item, 'parameters', path), ...listAt(operation, 'parameters', path)]) {
    document.spend()
    const parameter = parameterFrom(raw, document, path)
    const { location, name } = parameter
    const isHeader = location === 'header'
    if (isHeader && ignoredHeaders.has(name.toLowerCase())) continue
    const key = location === 'path' ? positions.indexOf(name) : isHeader ? name.toLowerCase() : name
    found.set(`${location} ${key}`, parameter)
  }
  return found
}

function parameterFrom(raw: unknown, document: ApiDocument, path: string): Parameter {
  const parameter = resolve(document, raw, `${path}: a parameter`)
  if (!isRecord(parameter))
    throw new VendorDocumentError(
      'MALFORMED',
      `${path}: a parameter is ${describeKind(parameter)}, not an object.`,
    )
  const name = String(member(parameter, 'name'))
  const { types, schemaOf } = contentOf(parameter, `${path}: parameter ${shorten(name)}`)
  const [type] = types
  return {
    location: String(member(parameter, 'in')),
    name,
    isRequired: member(parameter, 'required') === true,
    schema: type === undefined ? member(parameter, 'schema') : schemaOf(type)?.schema,
  }
}

const pointerTo = ({ location, name }: Parameter): string => below(`/request/${location}`, name)

function compareParameter(
  ours: Parameter,
  theirs: Parameter | undefined,
  comparison: Comparison,
): readonly Finding[] {
  const at = pointerTo(ours)
  const isInPath = ours.location === 'path'
  if (!theirs) {
    // A variable of the path is there whether it is described or not.
    return isInPath
      ? []
      : [{ at, code: 'parameter_removed', effect: 'breaks_request', message: 'is not there' }]
  }
  const found: Finding[] = []
  if (theirs.isRequired && !ours.isRequired)
    found.push({ at, code: 'parameter_required', effect: 'breaks_request', message: 'is required' })
  if (!theirs.isRequired && ours.isRequired && !isInPath)
    found.push({ at, code: 'parameter_optional', effect: 'harmless', message: 'is optional' })
  const schemas = compareSchemas(ours.schema, theirs.schema, comparison, at)
  // There is no null in a URL or a header.
  addFindings(
    found,
    schemas.filter((one) => one.at !== at || !/^null_/.test(one.code)),
  )
  addFindings(found, compareDefaults(ours, theirs, comparison, at))
  return found
}

/** The value that the service takes for a missing parameter decides its response. */
function compareDefaults(
  ours: Parameter,
  theirs: Parameter,
  comparison: Comparison,
  at: string,
): readonly Finding[] {
  const before = defaultOf(ours.schema, comparison.ours, at)
  const now = defaultOf(theirs.schema, comparison.theirs, at)
  if (before === undefined || before === now) return []
  const changed = { at, code: 'default_changed', effect: 'breaks_response' } as const
  if (now === undefined) return [{ ...changed, message: `has no default, where our spec has ${before}` }]
  const value = shorten(now)
  return [{ ...changed, value, message: `defaults to ${value}, not ${before}` }]
}

/** The default of a schema as JSON; `undefined` if there is none, or one that a URL cannot hold. */
function defaultOf(schema: unknown, document: ApiDocument, at: string): string | undefined {
  const value = findDefault(schema, document, at, 0)
  return typeof value === 'object' ? undefined : JSON.stringify(value)
}

/** The default of a schema, or of the schemas that it is put together from. */
function findDefault(schema: unknown, document: ApiDocument, at: string, depth: number): unknown {
  document.spend()
  if (!isRecord(schema) || depth > 100) return undefined
  const isRef = refOf(schema) !== undefined
  const own = isRef && document.version === '3.0' ? undefined : member(schema, 'default')
  if (own !== undefined && own !== null) return own
  const inner = isRef ? [resolve(document, schema, at)] : []
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) inner.push(...listAt(schema, keyword, at))
  for (const one of inner) {
    const found = findDefault(one, document, at, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
