import type { ApiDocument } from '../document/document.ts'
import {
  type Alternative,
  anything,
  isAnything,
  isTightened,
  isUnconditional,
  type TypeName,
} from './alternative.ts'

/** The alternative that satisfies both; without types if none does. */
export function intersect(a: Alternative, b: Alternative, document: ApiDocument): Alternative {
  document.spend(1 + a.properties.size + b.properties.size + (a.values?.size ?? 0) + (b.values?.size ?? 0))
  if (a === anything) return b
  if (b === anything) return a
  const values = intersectValues(a.values, b.values)
  const properties = new Map(a.properties)
  for (const [name, schema] of b.properties) {
    properties.set(name, properties.has(name) ? { allOf: [properties.get(name), schema] } : schema)
  }
  return {
    types: new Set(values?.size === 0 ? [] : [...a.types].filter((type) => b.types.has(type))),
    ...(values && { values }),
    constraints: intersectConstraints(a.constraints, b.constraints),
    properties,
    required: new Set([...a.required, ...b.required]),
    additional: both(a.additional, b.additional),
    items: both(a.items, b.items),
  }
}

function intersectValues(
  a: Alternative['values'],
  b: Alternative['values'],
): ReadonlySet<string> | undefined {
  return a && b ? new Set([...a].filter((value) => b.has(value))) : (a ?? b)
}

function intersectConstraints(
  a: Alternative['constraints'],
  b: Alternative['constraints'],
): Alternative['constraints'] {
  const constraints = new Map(a)
  for (const [name, value] of b) {
    const other = constraints.get(name)
    const isTighter = other === undefined ? true : isTightened(name, other, value)
    if (isTighter) constraints.set(name, value)
    else if (isTighter === undefined && other !== value)
      constraints.set(name, [other, value].map(String).sort().join(' and '))
  }
  return constraints
}

function both(a: unknown, b: unknown): unknown {
  if (a === true) return b
  return b === true ? a : { allOf: [a, b] }
}

/** Alternatives of one type as a single one that allows at least what each of them allows. */
export function unite(alternatives: readonly Alternative[]): Alternative {
  const [first, ...rest] = alternatives
  if (!first || rest.length === 0) return first ?? anything
  const properties = new Map<string, unknown[]>()
  for (const one of alternatives) {
    for (const [name, schema] of one.properties)
      properties.set(name, [...(properties.get(name) ?? []), schema])
  }
  const isOpen = alternatives.some(({ values }) => !values)
  return {
    types: first.types,
    ...(!isOpen && { values: new Set(alternatives.flatMap(({ values }) => [...(values ?? [])])) }),
    constraints: uniteConstraints(first, rest),
    properties: new Map([...properties].map(([name, schemas]) => [name, either(schemas)])),
    required: new Set([...first.required].filter((name) => rest.every(({ required }) => required.has(name)))),
    additional: either(alternatives.map(({ additional }) => additional)),
    items: either(alternatives.map(({ items }) => items)),
  }
}

function uniteConstraints(first: Alternative, rest: readonly Alternative[]): Alternative['constraints'] {
  const constraints = new Map<string, number | string>()
  for (const [name, value] of first.constraints) {
    const others = rest.flatMap((one) => one.constraints.get(name) ?? [])
    // What one alternative leaves out does not constrain the values of all.
    if (others.length < rest.length) continue
    const all = [value, ...others]
    const isLimit = isTightened(name, value, value) !== undefined
    const loosest = all.reduce((loose, one) => (isTightened(name, one, loose) ? one : loose))
    constraints.set(name, isLimit ? loosest : [...new Set(all.map(String))].sort().join(' or '))
  }
  return constraints
}

const either = (schemas: readonly unknown[]): unknown =>
  schemas.length === 1 ? schemas[0] : { anyOf: schemas }

/** Lists and objects are compared part by part, so a broad alternative beside a detailed one still has something to say. */
const isScalar = (type: TypeName): boolean => type !== 'array' && type !== 'object'

/**
 * Merges the alternatives of a scalar type if one of them allows every value of it: an enum of strings beside `string`
 * means the same as `string`.
 */
export function withoutIncluded(alternatives: readonly Alternative[]): readonly Alternative[] {
  if (alternatives.length < 2 || alternatives.some(isAnything)) return alternatives
  const open = new Set(
    alternatives.filter(isUnconditional).flatMap(({ types }) => [...types].filter(isScalar)),
  )
  if (open.size === 0) return alternatives
  const rest = alternatives.flatMap((one) => {
    const types = [...one.types].filter((type) => !open.has(type))
    return types.length === 0 ? [] : [{ ...one, types: new Set(types) }]
  })
  return [...rest, { ...anything, types: open }]
}
