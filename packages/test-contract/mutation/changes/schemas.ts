/** Changes of one schema, apart from the schemas inside it. */
import { isRecord } from '@digame/internal'
import { locate, type Node } from '../../contract/document.ts'
import {
  type Change,
  type Edit,
  type MutableNode,
  objectsAt,
  rekey,
  remove,
  set,
  textsAt,
  toggle,
  within,
} from './change.ts'

/** Edits the properties, and the list of required ones where there is one. */
const editFields =
  (properties: (node: MutableNode) => void, required: (list: string[]) => string[]): Edit =>
  (node, root) => {
    within('properties', properties)(node, root)
    if (node['required'] !== undefined) node['required'] = required(textsAt(node, 'required'))
  }

function* fieldChanges(schema: MutableNode): Generator<Change> {
  const required = textsAt(schema, 'required')
  for (const name of Object.keys(schema['properties'] ?? {})) {
    yield {
      operator: 'field dropped',
      what: name,
      edit: editFields(
        (fields) => rekey(fields, name),
        (list) => list.filter((one) => one !== name),
      ),
    }
    yield {
      operator: 'field renamed',
      what: name,
      edit: editFields(
        (fields) => rekey(fields, name, `${name}_2`),
        (list) => list.map((one) => (one === name ? `${name}_2` : one)),
      ),
    }
    yield {
      operator: required.includes(name) ? 'field made optional' : 'field made required',
      what: name,
      edit: set('required', toggle(required, name)),
    }
  }
}

const otherType: Readonly<Record<string, string>> = {
  string: 'integer',
  integer: 'string',
  boolean: 'string',
  object: 'string',
  array: 'object',
}

const setTypes = (types: readonly string[]): Edit => set('type', types.length === 1 ? types[0] : types)

function* typeChanges(schema: MutableNode): Generator<Change> {
  const types = typeof schema['type'] === 'string' ? [schema['type']] : textsAt(schema, 'type')
  if (types.length === 0) return
  const operator = types.includes('null') ? 'null forbidden' : 'null allowed'
  yield { operator, what: '', edit: setTypes(toggle(types, 'null')) }
  const proper = types.filter((type) => type !== 'null')
  if (proper.length > 1) {
    for (const one of proper)
      yield { operator: 'type dropped', what: one, edit: setTypes(types.filter((type) => type !== one)) }
  } else if (schema['enum'] === undefined) {
    const edit = setTypes(types.map((type) => otherType[type] ?? type))
    yield { operator: 'type changed', what: '', edit }
  }
}

function* valueChanges(schema: MutableNode): Generator<Change> {
  if (schema['enum'] === undefined) return
  const values = textsAt(schema, 'enum')
  for (const value of values) {
    const rest = values.filter((one) => one !== value)
    yield { operator: 'value dropped', what: value, edit: set('enum', rest) }
  }
  yield { operator: 'value added', what: '', edit: set('enum', [...values, 'evaporated']) }
}

/** A pattern with one end open, one count a step lower, or one range of digits a step narrower. */
function patternsLike(pattern: string): [what: string, pattern: string][] {
  const replaced = (whole: string, index: number, by: string): [string, string] => [
    `${whole} at ${index}`,
    pattern.slice(0, index) + by + pattern.slice(index + whole.length),
  ]
  return [
    ['start open', pattern.replace(/^\^/, '')],
    ['end open', pattern.replace(/\$$/, '')],
    ...[...pattern.matchAll(/\{(\d+)(,\d*)?\}/g)].map(({ 0: whole, 1: least = '', index }) =>
      replaced(whole, index, whole.replace(least, `${Number(least) - 1}`)),
    ),
    ...[...pattern.matchAll(/\[(\d)-9\]/g)].map(({ 0: whole, 1: first, index }) =>
      replaced(whole, index, `[${Number(first) + 1}-9]`),
    ),
  ]
}

function* constraintChanges(schema: MutableNode): Generator<Change> {
  const { format, pattern, additionalProperties } = schema
  for (const key of ['format', 'pattern', 'minimum', 'maximum'])
    if (key in schema) yield { operator: `${key} dropped`, what: '', edit: remove(key) }
  if (typeof format === 'string')
    yield {
      operator: 'format changed',
      what: '',
      edit: set('format', format === 'uuid' ? 'date-time' : 'uuid'),
    }
  if (typeof pattern === 'string')
    for (const [what, changed] of patternsLike(pattern))
      yield { operator: 'pattern changed', what, edit: set('pattern', changed) }
  for (const key of ['minimum', 'maximum']) {
    const bound = schema[key]
    if (typeof bound === 'number')
      for (const by of [-1, 1])
        yield { operator: 'bound moved', what: `${key} ${by}`, edit: set(key, bound + by) }
  }
  if ('default' in schema) {
    const { default: value } = schema
    const other = typeof value === 'number' ? value + 1 : textsAt(schema, 'enum')[0]
    yield { operator: 'default changed', what: '', edit: set('default', other) }
  }
  if (additionalProperties === true)
    yield { operator: 'object closed', what: '', edit: set('additionalProperties', false) }
}

/** A schema, or the one that it refers to. */
const resolve = (schema: Node, root: Node): Node => {
  const { $ref } = schema
  return typeof $ref === 'string' ? locate($ref.slice(2).split('/'), root).node : schema
}

/** Whether an alternative adds nothing: it names values of a string where another one allows every string. */
const isIncluded = (alternative: Node, others: readonly Node[]): boolean =>
  alternative['enum'] !== undefined &&
  others.some(
    ({ type, enum: values, format, pattern }) => type === 'string' && !values && !format && !pattern,
  )

function* alternativeChanges(schema: MutableNode, root: Node): Generator<Change> {
  const alternatives = objectsAt(schema, 'anyOf')
  const resolved = alternatives.map((one) => resolve(one, root))
  for (const [index, alternative] of alternatives.entries()) {
    const others = alternatives.filter((one) => one !== alternative)
    const what = String(alternative['$ref'] ?? alternative['type']).replace(/.*\//, '')
    if (!isIncluded(resolved[index] ?? {}, resolved.toSpliced(index, 1)))
      yield { operator: 'alternative dropped', what, edit: set('anyOf', others) }
  }
}

/** Every change of one schema of a document. */
export function* schemaChanges(schema: MutableNode, root: Node): Generator<Change> {
  for (const changes of [fieldChanges, typeChanges, valueChanges, constraintChanges]) yield* changes(schema)
  yield* alternativeChanges(schema, root)
}

const insideSchemas = new Set(['schemas', 'properties'])
const schemaKeys = new Set(['schema', 'items'])

/** Whether a node that was reached through these two keys is a schema. */
export const isSchema = (node: unknown, key: string | undefined, parent: string | undefined): boolean =>
  isRecord(node) && (insideSchemas.has(parent ?? '') || schemaKeys.has(key ?? ''))
