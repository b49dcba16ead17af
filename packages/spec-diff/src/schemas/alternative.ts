/** A type of JSON. `number` is `integer` and `fraction` together. */
export type TypeName = 'null' | 'boolean' | 'string' | 'integer' | 'fraction' | 'array' | 'object'

export const everyType: readonly TypeName[] = [
  ...(['null', 'boolean', 'string', 'integer', 'fraction', 'array', 'object'] as const),
]

/** One way to satisfy a schema: conditions that all hold at once. */
export interface Alternative {
  readonly types: ReadonlySet<TypeName>
  /** The values of an enum or a const, as JSON. */
  readonly values?: ReadonlySet<string>
  /** Pattern, format, limits, and keywords that are compared only as they stand. */
  readonly constraints: ReadonlyMap<string, number | string>
  /** Schemas, as they stand in the document. */
  readonly properties: ReadonlyMap<string, unknown>
  readonly required: ReadonlySet<string>
  readonly additional: unknown
  readonly items: unknown
}

/** The alternative of a schema that says nothing. */
export const anything: Alternative = {
  types: new Set(everyType),
  constraints: new Map(),
  properties: new Map(),
  required: new Set(),
  additional: true,
  items: true,
}

/** Whether a schema with this alternative allows every value. */
export const isAnything = (one: Alternative): boolean =>
  one.types.size === everyType.length && isUnconditional(one)

/** Whether an alternative allows every value of its types. */
export const isUnconditional = ({
  values,
  constraints,
  properties,
  required,
  additional,
  items,
}: Alternative): boolean =>
  !values && constraints.size + properties.size + required.size === 0 && additional === true && items === true

const typesOfConstraint: Readonly<Record<string, readonly TypeName[]>> = {
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

/** The keywords that constrain values of some types only. */
export const constraintNames: readonly string[] = Object.keys(typesOfConstraint)

/** Whether a constraint applies to values of a type. */
export const appliesTo = (constraint: string, type: TypeName): boolean =>
  !Object.hasOwn(typesOfConstraint, constraint) || typesOfConstraint[constraint]?.includes(type) === true

const isLower = (constraint: string): boolean => /^(min|exclusiveMin)/.test(constraint)
const isUpper = (constraint: string): boolean => /^(max|exclusiveMax)/.test(constraint)

/** Whether a limit becomes tighter from one value to another; `undefined` if the constraint is not a limit. */
export function isTightened(
  constraint: string,
  from: number | string,
  to: number | string,
): boolean | undefined {
  if (typeof from !== 'number' || typeof to !== 'number') return undefined
  if (isLower(constraint)) return to > from
  return isUpper(constraint) ? to < from : undefined
}

const isNumber = (json: string): boolean => /^-?\d/.test(json)

/** Whether a value, written as JSON by {@link toJson}, is of a type. */
export const isOfType: Readonly<Record<TypeName, (json: string) => boolean>> = {
  null: (json) => json === 'null',
  boolean: (json) => json === 'true' || json === 'false',
  string: (json) => json.startsWith('"'),
  integer: isNumber,
  fraction: isNumber,
  array: (json) => json === 'a list',
  object: (json) => json === 'an object',
}

/** A value of an enum as JSON. Lists and objects are not told apart: they may be nested without end. */
export function toJson(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value)
}

/** The type of a value. */
export function typeOf(value: unknown): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'fraction'
    default:
      if (value === null) return 'null'
      return Array.isArray(value) ? 'array' : 'object'
  }
}
