/** Ways in which an answer may be other than its example and yet be readable, made from the spec's schemas. */
import document from '@digame/spec/openapi.json' with { type: 'json' }

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** A change of a body, in place. */
export interface Twist {
  readonly kind: 'missing' | 'required' | 'added' | 'unknown' | 'null' | 'uuid' | 'date' | 'value' | 'empty'
  /** Where, such as `data.0.contact.id`. */
  readonly path: string
  readonly name: string
  /** Does nothing where another change has taken the place away. */
  apply(body: unknown): void
}

type Container = Record<string, unknown>

const schemas = document.components.schemas as unknown as Readonly<Record<string, Schema>>

const deref = (schema: Schema): Schema =>
  schema.$ref ? deref(schemas[schema.$ref.split('/').at(-1) as string] as Schema) : schema

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** What lies at a path. */
function at(body: unknown, path: readonly string[]): unknown {
  let value = body
  for (const key of path) value = isContainer(value) ? value[key] : undefined
  return value
}

/** No version, and no variant, of RFC 9562. */
const uuids = ['7C3B2C1E-6A53-FB0F-0F4E-2D9A0F6C1A01', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/** One moment as ISO 8601 allows it; without a zone it is UTC. */
const moments = [
  '2026-07-22T10:00:00Z',
  '2026-07-22T10:00:00.5Z',
  '2026-07-22T10:00:00.123456Z',
  '2026-07-22T10:00:00',
  '2026-07-22T10:00:00.123456',
  '2026-07-22T12:00:00+02:00',
  '2026-07-22T12:00:00.123456+02:00',
]

/** Every change that the schema gives reason to expect of a body that is made like it. */
export function twistsOf(name: string): readonly Twist[] {
  const twists: Twist[] = []

  function set(kind: Twist['kind'], path: readonly string[], value: unknown, label = kind as string): void {
    const shown = path.join('.')
    const apply = (body: unknown): void => {
      const holder = at(body, path.slice(0, -1))
      const key = path.at(-1) as string
      if (isContainer(holder) && (kind === 'added' || key in holder)) holder[key] = structuredClone(value)
    }
    twists.push({ kind, path: shown, name: `${shown}: ${label}`, apply })
  }

  function drop(kind: 'missing' | 'required', path: readonly string[]): void {
    const shown = path.join('.')
    const apply = (body: unknown): void => {
      const holder = at(body, path.slice(0, -1))
      if (isContainer(holder)) delete holder[path.at(-1) as string]
    }
    twists.push({ kind, path: shown, name: `${shown}: not there`, apply })
  }

  function walk(given: Schema, path: readonly string[]): void {
    const schema = deref(given)
    const { format, properties, required = [], items } = schema
    const types = [schema.type ?? []].flat()
    for (const inner of schema.anyOf ?? []) walk(inner, path)
    if (types.includes('null')) set('null', path, null)
    if (schema.enum) set('unknown', path, 'something_new', 'an unknown value')
    if (format === 'uuid') for (const uuid of uuids) set('uuid', path, uuid, uuid)
    if (format === 'date-time') for (const moment of moments) set('date', path, moment, moment)
    if (types.includes('integer')) for (const value of [0, 2 ** 31]) set('value', path, value, `${value}`)
    if (types.includes('string') && !schema.enum && !format) set('value', path, '', 'an empty text')
    if (types.includes('object')) set('added', [...path, 'new_thing'], { deep: [1, null] }, 'added')
    if (schema.additionalProperties) {
      set('added', [...path, 'digits'], 7, 'a number')
      set('added', [...path, 'nothing'], null, 'a null')
    }
    for (const [key, property] of Object.entries(properties ?? {})) {
      drop(required.includes(key) ? 'required' : 'missing', [...path, key])
      walk(property, [...path, key])
    }
    if (items) {
      if (path.length > 0) set('empty', path, [], 'empty')
      walk(items, [...path, '0'])
    }
  }

  walk({ $ref: name }, [])
  return twists
}

/** A body with some changes. */
export function twisted<Body>(body: Body, twists: readonly Twist[]): Body {
  const copy = structuredClone(body)
  for (const twist of twists) twist.apply(copy)
  return copy
}
