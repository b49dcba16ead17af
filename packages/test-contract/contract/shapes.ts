/** Ways in which a response body may differ from its example and still be readable, derived from the spec's schemas. */
import { isRecord } from '@digame/internal'
import { childOf, keysAt, locate, type Node, type Pointer } from './document.ts'

/** A change of a body. */
export interface Twist {
  readonly kind: 'missing' | 'required' | 'added' | 'unknown' | 'null' | 'uuid' | 'date' | 'value' | 'empty'
  /** The path of the field, such as `data.0.contact.id`. */
  readonly path: string
  readonly name: string
  /** Changes the body itself. Does nothing if another change has removed the object around the field. */
  apply(body: unknown): void
}

/** Uuids of no version and no variant of RFC 9562. */
const uuids = ['7C3B2C1E-6A53-FB0F-0F4E-2D9A0F6C1A01', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/** One moment in the ways that ISO 8601 allows; without a zone it is UTC. */
const moments = [
  '2026-07-22T10:00:00Z',
  '2026-07-22T10:00:00.5Z',
  '2026-07-22T10:00:00.123456Z',
  '2026-07-22T10:00:00',
  '2026-07-22T10:00:00.123456',
  '2026-07-22T12:00:00+02:00',
  '2026-07-22T12:00:00.123456+02:00',
]

/** The object or list that holds the last name of a path. */
const holderOf = (body: unknown, path: Pointer): unknown => path.slice(0, -1).reduce(childOf, body)

/** Sets a field that is there, or adds one that is not. */
function set(kind: Twist['kind'], path: Pointer, value: unknown, label: string = kind): Twist {
  const key = path.at(-1) ?? ''
  return {
    kind,
    path: path.join('.'),
    name: `${path.join('.')}: ${label}`,
    apply(body) {
      const holder = holderOf(body, path)
      if (typeof holder !== 'object' || holder === null) return
      if (kind === 'added' || key in holder) Object.assign(holder, { [key]: structuredClone(value) })
    },
  }
}

function drop(kind: 'missing' | 'required', path: Pointer): Twist {
  return {
    kind,
    path: path.join('.'),
    name: `${path.join('.')}: not there`,
    apply(body) {
      const holder = holderOf(body, path)
      if (isRecord(holder)) delete holder[path.at(-1) ?? '']
    },
  }
}

/** The changes of one value, apart from those of its fields and items. */
function* valueTwists(schema: Node, path: Pointer): Generator<Twist> {
  const { format, enum: values, additionalProperties } = schema
  const types = [schema['type'] ?? []].flat()
  if (types.includes('null')) yield set('null', path, null)
  if (values) yield set('unknown', path, 'something_new', 'an unknown value')
  if (format === 'uuid') for (const uuid of uuids) yield set('uuid', path, uuid, uuid)
  if (format === 'date-time') for (const moment of moments) yield set('date', path, moment, moment)
  if (types.includes('integer')) for (const value of [0, 2 ** 31]) yield set('value', path, value, `${value}`)
  if (types.includes('string') && !values && !format) yield set('value', path, '', 'an empty text')
  if (types.includes('object')) yield set('added', [...path, 'new_thing'], { deep: [1, null] }, 'added')
  if (additionalProperties) {
    yield set('added', [...path, 'digits'], 7, 'a number')
    yield set('added', [...path, 'nothing'], null, 'a null')
  }
}

function* walk(pointer: Pointer, path: Pointer): Generator<Twist> {
  const { at, node: schema } = locate(pointer)
  for (const index of keysAt(schema, 'anyOf')) yield* walk([...at, 'anyOf', index], path)
  yield* valueTwists(schema, path)
  const required = [schema['required']].flat()
  for (const key of keysAt(schema, 'properties')) {
    yield drop(required.includes(key) ? 'required' : 'missing', [...path, key])
    yield* walk([...at, 'properties', key], [...path, key])
  }
  if (schema['items']) {
    if (path.length > 0) yield set('empty', path, [], 'empty')
    yield* walk([...at, 'items'], [...path, '0'])
  }
}

/** Every change of a body that the named schema gives reason to expect. */
export const twistsOf = (name: string): readonly Twist[] => [...walk(['components', 'schemas', name], [])]

/** A copy of a body with some changes. */
export function twisted<Body>(body: Body, twists: readonly Twist[]): Body {
  const copy = structuredClone(body)
  for (const twist of twists) twist.apply(copy)
  return copy
}
