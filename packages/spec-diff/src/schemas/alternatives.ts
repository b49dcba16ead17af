import type { Side } from '../difference.ts'
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

/** A type of JSON; `number` is `integer` and `fraction` together. */
export type TypeName = 'null' | 'boolean' | 'string' | 'integer' | 'fraction' | 'array' | 'object'

export const everyType: readonly TypeName[] = [
  ...(['null', 'boolean', 'string', 'integer', 'fraction', 'array', 'object'] as const),
]

/** What a schema demands, as conditions that hold together. */
export interface Alternative {
  readonly types: ReadonlySet<TypeName>
  /** The values of an enum or a const, as JSON. */
  readonly values?: ReadonlySet<string>
  /** Pattern, format, limits, and keywords that are only compared as they stand. */
  readonly constraints: ReadonlyMap<string, number | string>
  /** Schemas, as they stand in the document. */
  readonly properties: ReadonlyMap<string, unknown>
  readonly required: ReadonlySet<string>
  readonly additional: unknown
  readonly items: unknown
}

/** Where schemas are read, and by whom. */
export interface Reading {
  readonly document: ApiDocument
  readonly side: Side
}

const limits: Readonly<Record<string, readonly TypeName[]>> = {
  pattern: ['string'],
  format: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['integer', 'fraction'],
  maximum: ['integer', 'fraction'],
  exclusiveMinimum: ['integer', 'fraction'],
  exclusiveMaximum: ['integer', 'fraction'],
  multipleOf: ['integer', 'fraction'],
  minItems: ['array'],
  maxItems: ['array'],
  minProperties: ['object'],
  maxProperties: ['object'],
}

/** Keywords that only ever demand more, and are not looked into. */
const opaque = [
  ...['not', 'if', 'patternProperties', 'propertyNames', 'dependentRequired', 'dependentSchemas'],
  ...['dependencies', 'prefixItems', 'contains', 'unevaluatedItems', 'contentEncoding', 'contentMediaType'],
]

/** Whether a constraint says something of a type. */
export const concerns = (constraint: string, type: TypeName): boolean =>
  !Object.hasOwn(limits, constraint) || (limits[constraint] as readonly TypeName[]).includes(type)

const anything: Alternative = {
  types: new Set(everyType),
  constraints: new Map(),
  properties: new Map(),
  required: new Set(),
  additional: true,
  items: true,
}

/** How deep schemas may be combined with each other. */
const deepest = 100
/** How many alternatives a schema may come to. */
const mostAlternatives = 200

/** The ways in which a schema can be fulfilled; none for `false`. @throws VendorDocumentError */
export function alternativesOf(
  raw: unknown,
  reading: Reading,
  where: string,
  depth = 0,
): readonly Alternative[] {
  const { document } = reading
  document.spend()
  if (depth > deepest) {
    throw new VendorDocumentError(
      'TOO_DEEP',
      `${where}: more than ${deepest} schemas stand inside each other, or in a circle.`,
    )
  }
  if (raw === false) return []
  if (raw === true || raw === undefined) return [anything]
  if (!isObject(raw))
    throw new VendorDocumentError('MALFORMED', `${where}: the schema is ${kind(raw)}, not an object.`)
  const read = (inner: unknown): readonly Alternative[] => alternativesOf(inner, reading, where, depth + 1)
  const both = (a: readonly Alternative[], b: readonly Alternative[]): readonly Alternative[] => {
    const product = a.flatMap((one) => b.map((other) => intersection(one, other, document)))
    const possible = product.filter(({ types }) => types.size > 0)
    if (possible.length <= mostAlternatives) return possible
    throw new VendorDocumentError(
      'TOO_COMPLEX',
      `${where}: the schema comes to more than ${mostAlternatives} alternatives.`,
    )
  }
  const isRef = typeof member(raw, '$ref') === 'string'
  let all: readonly Alternative[] = isRef ? read(resolve(document, raw, where)) : [anything]
  if (isRef && document.version === '3.0') return all
  all = both(all, [ownConditions(raw, reading, where)])
  for (const inner of listAt(raw, 'allOf', where)) all = both(all, read(inner))
  for (const word of ['anyOf', 'oneOf']) {
    if (member(raw, word) !== undefined) all = both(all, listAt(raw, word, where).flatMap(read))
  }
  return member(raw, 'nullable') === true ? [...all, { ...anything, types: new Set(['null']) }] : all
}

function ownConditions(raw: Raw, { side }: Reading, where: string): Alternative {
  const drop = side === 'request' ? 'readOnly' : 'writeOnly'
  const given = Object.entries(objectAt(raw, 'properties', where) ?? {})
  const properties = new Map(
    given.filter(([, schema]) => !(isObject(schema) && member(schema, drop) === true)),
  )
  const hidden = new Set(given.map(([name]) => name).filter((name) => !properties.has(name)))
  const required = listAt(raw, 'required', where).map(String)
  const values = valuesOf(raw, where)
  const unevaluated = member(raw, 'unevaluatedProperties')
  return {
    types: typesOf(raw, values, where),
    ...(values && { values: new Set(values.map(asJson)) }),
    constraints: constraintsOf(raw),
    properties,
    required: new Set(required.filter((name) => !hidden.has(name))),
    additional: member(raw, 'additionalProperties') ?? unevaluated ?? true,
    items: member(raw, 'items') ?? true,
  }
}

function valuesOf(raw: Raw, where: string): readonly unknown[] | undefined {
  if (Object.hasOwn(raw, 'const')) return [raw['const']]
  return member(raw, 'enum') === undefined ? undefined : listAt(raw, 'enum', where)
}

/** Values that are no scalars are not compared with each other: they may be anything, and without end. */
const asJson = (value: unknown): string =>
  typeof value === 'object' && value ? kind(value) : JSON.stringify(value)

function typesOf(raw: Raw, values: readonly unknown[] | undefined, where: string): ReadonlySet<TypeName> {
  const given = member(raw, 'type')
  const names = given === undefined ? (inferred(raw) ?? everyType) : Array.isArray(given) ? given : [given]
  const types = names.flatMap((name: unknown): readonly TypeName[] => {
    if (name === 'number') return ['integer', 'fraction']
    if (everyType.includes(name as TypeName)) return [name as TypeName]
    throw new VendorDocumentError('MALFORMED', `${where}: ${kind(name)} where a type is expected.`)
  })
  if (!values) return new Set(types)
  const found = new Set(values.map(typeOf))
  return new Set(types.filter((type) => found.has(type)))
}

/** What is meant where no type is given: strictly, `properties` says nothing of what is no object. */
function inferred(raw: Raw): readonly TypeName[] | undefined {
  const has = (...words: string[]): boolean => words.some((word) => Object.hasOwn(raw, word))
  if (has('properties', 'required', 'additionalProperties')) return ['object']
  if (has('items')) return ['array']
  return has('pattern', 'minLength', 'maxLength', 'format') ? ['string'] : undefined
}

function typeOf(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction'
  return typeof value as 'string' | 'boolean' | 'object'
}

function constraintsOf(raw: Raw): ReadonlyMap<string, number | string> {
  const found = new Map<string, number | string>()
  for (const word of Object.keys(limits)) {
    const value = member(raw, word)
    if (typeof value === 'number' || typeof value === 'string') found.set(word, value)
    if (value === 0 && word.startsWith('min') && word !== 'minimum') found.delete(word)
  }
  for (const [exclusive, word] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    // So in OpenAPI 3.0.
    const limit = found.get(word)
    if (member(raw, exclusive) !== true || limit === undefined) continue
    found.set(exclusive, limit)
    found.delete(word)
  }
  if (member(raw, 'uniqueItems') === true) found.set('uniqueItems', 'true')
  for (const word of opaque) if (Object.hasOwn(raw, word)) found.set(word, 'given')
  return found
}

const isLower = (word: string): boolean => /^(min|exclusiveMin)/.test(word)
const isUpper = (word: string): boolean => /^(max|exclusiveMax)/.test(word)

/** Whether a constraint is a limit, of which one value can be tighter than another. */
export function tightened(word: string, from: number | string, to: number | string): boolean | undefined {
  if (typeof from !== 'number' || typeof to !== 'number' || !(isLower(word) || isUpper(word)))
    return undefined
  return isLower(word) ? to > from : to < from
}

function intersection(a: Alternative, b: Alternative, document: ApiDocument): Alternative {
  document.spend(1 + a.properties.size + b.properties.size + (a.values?.size ?? 0) + (b.values?.size ?? 0))
  if (a === anything) return b
  if (b === anything) return a
  const constraints = new Map(a.constraints)
  for (const [word, value] of b.constraints) {
    const other = constraints.get(word)
    if (other === undefined || tightened(word, other, value)) constraints.set(word, value)
    else if (tightened(word, other, value) === undefined && other !== value)
      constraints.set(word, [other, value].map(String).sort().join(' and '))
  }
  const properties = new Map(a.properties)
  for (const [name, schema] of b.properties) {
    properties.set(name, properties.has(name) ? { allOf: [properties.get(name), schema] } : schema)
  }
  const values =
    a.values && b.values
      ? new Set([...a.values].filter((value) => b.values?.has(value)))
      : (a.values ?? b.values)
  const types = [...a.types].filter((type) => b.types.has(type))
  return {
    types: new Set(values?.size === 0 ? [] : types),
    ...(values && { values }),
    constraints,
    properties,
    required: new Set([...a.required, ...b.required]),
    additional:
      a.additional === true
        ? b.additional
        : b.additional === true
          ? a.additional
          : { allOf: [a.additional, b.additional] },
    items: a.items === true ? b.items : b.items === true ? a.items : { allOf: [a.items, b.items] },
  }
}

/** Alternatives of one type as one, which allows at least what any of them does. */
export function union(alternatives: readonly Alternative[]): Alternative {
  const [first, ...rest] = alternatives
  if (!first || rest.length === 0) return first ?? anything
  const constraints = new Map<string, number | string>()
  for (const [word, value] of first.constraints) {
    const others = rest.map((one) => one.constraints.get(word))
    if (others.includes(undefined)) continue
    const all = [value, ...(others as (number | string)[])]
    const loosest = all.reduce((loose, one) => (tightened(word, one, loose) ? one : loose))
    const isLimit = tightened(word, value, value) !== undefined
    constraints.set(word, isLimit ? loosest : [...new Set(all.map(String))].sort().join(' or '))
  }
  const properties = new Map<string, unknown[]>()
  for (const one of alternatives) {
    for (const [name, schema] of one.properties)
      properties.set(name, [...(properties.get(name) ?? []), schema])
  }
  const either = (schemas: readonly unknown[]): unknown =>
    schemas.length === 1 ? schemas[0] : { anyOf: schemas }
  const isOpen = alternatives.some(({ values }) => !values)
  return {
    types: first.types,
    ...(!isOpen && { values: new Set(alternatives.flatMap(({ values }) => [...(values ?? [])])) }),
    constraints,
    properties: new Map([...properties].map(([name, schemas]) => [name, either(schemas)])),
    required: new Set([...first.required].filter((name) => rest.every(({ required }) => required.has(name)))),
    additional: either(alternatives.map(({ additional }) => additional)),
    items: either(alternatives.map(({ items }) => items)),
  }
}
