import { isRecord } from '@digame/internal'
import type { ApiDocument } from '../document/document.ts'
import { refOf, resolve } from '../document/references.ts'
import { describeKind, listAt, member, objectAt, type Raw } from '../document/values.ts'
import { VendorDocumentError } from '../errors.ts'
import type { Side } from '../finding.ts'
import {
  type Alternative,
  anything,
  constraintNames,
  everyType,
  type TypeName,
  toJson,
  typeOf,
} from './alternative.ts'
import { intersect, withoutIncluded } from './combine.ts'

/** Where schemas are read, and which side of an exchange they describe. */
export interface Reading {
  readonly document: ApiDocument
  readonly side: Side
}

/** Keywords that only ever demand more, and whose contents are not compared. */
const opaque = [
  ...['not', 'if', 'patternProperties', 'propertyNames', 'dependentRequired', 'dependentSchemas'],
  ...['dependencies', 'prefixItems', 'contains', 'unevaluatedItems', 'contentEncoding', 'contentMediaType'],
]

/** How deeply schemas may be combined with each other. */
const deepest = 100
/** How many alternatives a schema may come to. */
const mostAlternatives = 200

/** The ways to satisfy a schema; an empty list for `false`. @throws VendorDocumentError */
export function alternativesOf(raw: unknown, reading: Reading, where: string): readonly Alternative[] {
  return withoutIncluded(read(raw, reading, where, 0))
}

function read(raw: unknown, reading: Reading, where: string, depth: number): readonly Alternative[] {
  const { document } = reading
  document.spend()
  if (depth > deepest) {
    throw new VendorDocumentError(
      'TOO_DEEP',
      `${where}: more than ${deepest} schemas are nested in each other, or refer to each other in a circle.`,
    )
  }
  if (raw === false) return []
  if (raw === true || raw === undefined) return [anything]
  if (!isRecord(raw))
    throw new VendorDocumentError('MALFORMED', `${where}: the schema is ${describeKind(raw)}, not an object.`)
  const inner = (schema: unknown): readonly Alternative[] => read(schema, reading, where, depth + 1)
  const isRef = refOf(raw) !== undefined
  let all: readonly Alternative[] = isRef ? inner(resolve(document, raw, where)) : [anything]
  if (isRef && document.version === '3.0') return all
  all = combine(all, [ownConditions(raw, reading, where)], document, where)
  for (const schema of listAt(raw, 'allOf', where)) all = combine(all, inner(schema), document, where)
  for (const keyword of ['anyOf', 'oneOf']) {
    if (member(raw, keyword) === undefined) continue
    all = combine(all, listAt(raw, keyword, where).flatMap(inner), document, where)
  }
  return member(raw, 'nullable') === true ? [...all, { ...anything, types: new Set(['null']) }] : all
}

/** The alternatives of two schemas that hold together. */
function combine(
  a: readonly Alternative[],
  b: readonly Alternative[],
  document: ApiDocument,
  where: string,
): readonly Alternative[] {
  const product = a.flatMap((one) => b.map((other) => intersect(one, other, document)))
  const possible = product.filter(({ types }) => types.size > 0)
  if (possible.length <= mostAlternatives) return possible
  throw new VendorDocumentError(
    'TOO_COMPLEX',
    `${where}: the schema comes to more than ${mostAlternatives} alternatives.`,
  )
}

/** What a schema demands by itself, without the schemas that it is put together from. */
function ownConditions(raw: Raw, { side }: Reading, where: string): Alternative {
  const hiding = side === 'request' ? 'readOnly' : 'writeOnly'
  const isHidden = (schema: unknown): boolean => isRecord(schema) && member(schema, hiding) === true
  const properties = Object.entries(objectAt(raw, 'properties', where) ?? {})
  const hidden = new Set(properties.filter(([, schema]) => isHidden(schema)).map(([name]) => name))
  const required = listAt(raw, 'required', where).map(String)
  const values = valuesOf(raw, where)
  return {
    types: typesOf(raw, values, where),
    ...(values && { values: new Set(values.map(toJson)) }),
    constraints: constraintsOf(raw),
    properties: new Map(properties.filter(([name]) => !hidden.has(name))),
    required: new Set(required.filter((name) => !hidden.has(name))),
    additional: member(raw, 'additionalProperties') ?? member(raw, 'unevaluatedProperties') ?? true,
    items: member(raw, 'items') ?? true,
  }
}

function valuesOf(raw: Raw, where: string): readonly unknown[] | undefined {
  if (Object.hasOwn(raw, 'const')) return [raw['const']]
  return member(raw, 'enum') === undefined ? undefined : listAt(raw, 'enum', where)
}

function typesOf(raw: Raw, values: readonly unknown[] | undefined, where: string): ReadonlySet<TypeName> {
  const given = member(raw, 'type')
  const names: readonly unknown[] =
    given === undefined ? (inferredTypes(raw) ?? everyType) : Array.isArray(given) ? given : [given]
  const types = names.flatMap((name): readonly TypeName[] => {
    if (name === 'number') return ['integer', 'fraction']
    const found = everyType.find((type) => type === name)
    if (found) return [found]
    throw new VendorDocumentError('MALFORMED', `${where}: ${describeKind(name)} where a type is expected.`)
  })
  if (!values) return new Set(types)
  const found = new Set(values.map(typeOf))
  return new Set(types.filter((type) => found.has(type)))
}

/** The type that authors mean when they give none; strictly, `properties` says nothing about other values. */
function inferredTypes(raw: Raw): readonly TypeName[] | undefined {
  const has = (...names: string[]): boolean => names.some((name) => Object.hasOwn(raw, name))
  if (has('properties', 'required', 'additionalProperties')) return ['object']
  if (has('items')) return ['array']
  return has('pattern', 'minLength', 'maxLength', 'format') ? ['string'] : undefined
}

function constraintsOf(raw: Raw): ReadonlyMap<string, number | string> {
  const found = new Map<string, number | string>()
  for (const name of constraintNames) {
    const value = member(raw, name)
    const isNoLimit = value === 0 && name.startsWith('min') && name !== 'minimum'
    if (!isNoLimit && (typeof value === 'number' || typeof value === 'string')) found.set(name, value)
  }
  for (const [exclusive, name] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    // OpenAPI 3.0 writes an exclusive limit as a flag beside it.
    const limit = found.get(name)
    if (member(raw, exclusive) !== true || limit === undefined) continue
    found.set(exclusive, limit)
    found.delete(name)
  }
  if (member(raw, 'uniqueItems') === true) found.set('uniqueItems', 'true')
  for (const name of opaque) if (Object.hasOwn(raw, name)) found.set(name, 'given')
  return found
}
