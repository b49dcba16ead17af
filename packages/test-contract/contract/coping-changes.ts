/** Ways in which the service's responses may change: each as a change of the document and of a response that it describes. */
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { compareWithVendor, type Difference, type Operation } from '@digame/spec-diff'

/** A part of the document or of a body that is changed in place. */
// biome-ignore lint/suspicious/noExplicitAny: a change reaches into whatever it likes
export type Loose = any

/** A response, before it is sent. */
export interface Draft {
  readonly status: number
  readonly type: string | undefined
  /** A text as it is, anything else as JSON. */
  readonly body: Loose
}

/** One change of the contract. */
export interface Change {
  readonly operation: Exclude<Operation, 'all'>
  /** What changes, such as `/responses/200/body/data/*: null`. */
  readonly name: string
  /** The status of the response that changes. */
  readonly status: number
  /** How `compareWithVendor` reports it. */
  differences(): readonly Difference[]
  /** Changes a response in the same way. */
  apply(response: Draft): Draft
}

/** Our document with every reference replaced by what it refers to, so that one place can be changed alone. */
export const inlined = (): Loose => inline(document)

function inline(node: unknown): Loose {
  if (Array.isArray(node)) return node.map(inline)
  if (typeof node !== 'object' || node === null) return node
  const { $ref } = node as { $ref?: string }
  if ($ref === undefined)
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value)]))
  return inline(
    $ref
      .slice(2)
      .split('/')
      .reduce<Loose>((at, name) => at[name], document),
  )
}

/** The operation of a document by its id. */
export function operationIn(of: Loose, id: string): Loose {
  const operations = Object.values<Loose>(of.paths).flatMap((item) => Object.values<Loose>(item))
  return operations.find(({ operationId }) => operationId === id)
}

/** The differences of a document that is changed, in one operation. */
function differencesOf(id: Operation, change: (of: Loose) => void): readonly Difference[] {
  const changed = inlined()
  change(changed)
  return compareWithVendor(changed).filter(({ operation }) => operation === id)
}

/** A part of a schema and the values that lie there in a body. */
interface Part {
  /** Names from the body; `*` is each item of a list. */
  readonly path: readonly string[]
  readonly schema: Loose
  readonly isRequired: boolean
}

/** A schema, and every schema in it. */
function* partsOf(schema: Loose, path: readonly string[] = [], isRequired = true): Generator<Part> {
  yield { path, schema, isRequired }
  for (const [name, inner] of Object.entries<Loose>(schema.properties ?? {}))
    yield* partsOf(inner, [...path, name], schema.required?.includes(name) === true)
  if (schema.items) yield* partsOf(schema.items, [...path, '*'])
}

/** Replaces what lies at a path of a body, in every item of a list; `undefined` removes it. */
function put(body: Loose, path: readonly string[], write: (before: Loose) => unknown): Loose {
  const [name, ...rest] = path
  if (name === undefined) return write(body)
  if (name === '*') return Array.isArray(body) ? body.map((item) => put(item, rest, write)) : body
  if (typeof body !== 'object' || body === null || body[name] === undefined) return body
  const value = put(body[name], rest, write)
  return Object.fromEntries(Object.entries({ ...body, [name]: value }).filter(([, one]) => one !== undefined))
}

/** Where a schema stands: `holder[key]`. The owner is the schema around it. */
interface Slot {
  readonly holder: Loose
  readonly key: string
  readonly owner: Loose
}

/** Where the schema at a path of a body stands in a media type. */
function slotAt(media: Loose, path: readonly string[]): Slot {
  let slot: Slot = { holder: media, key: 'schema', owner: undefined }
  for (const name of path) {
    const owner = slot.holder[slot.key]
    slot =
      name === '*' ? { holder: owner, key: 'items', owner } : { holder: owner.properties, key: name, owner }
  }
  return slot
}

const text = (value: unknown): string => JSON.stringify(value) ?? ''

/** A value of each type, made from the value that was there, so that different ids stay different. */
const samples: Readonly<Record<string, (before: unknown) => unknown>> = {
  string: (before) => `a text, not ${text(before)}`,
  integer: (before) => [...text(before)].reduce((sum, one) => sum + one.charCodeAt(0), 0),
  boolean: () => true,
  array: (before) => [text(before), 'b'],
  object: (before) => ({ a: text(before) }),
}

const typesIn = (schema: Loose): readonly string[] => [
  ...[schema.type ?? []].flat(),
  ...(schema.anyOf ?? []).flatMap(typesIn),
]

/** Whether a schema allows some values only. */
function isClosed(schema: Loose): boolean {
  const alternatives: Loose[] = schema.anyOf ?? [schema]
  const isOpen = ({ type, enum: values }: Loose): boolean => [type].flat().includes('string') && !values
  return alternatives.some((one) => one.enum) && !alternatives.some(isOpen)
}

interface Edit {
  readonly name: string
  /** What lies there in a body then, made from what lay there before; `undefined` is nothing. */
  readonly write: (before: unknown) => unknown
  readonly change: (slot: Slot) => void
}

const rewrite =
  (write: (schema: Loose) => Loose) =>
  ({ holder, key }: Slot): void => {
    holder[key] = write(holder[key])
  }

const optional = ({ owner, key }: Slot): void => {
  owner.required = (owner.required ?? []).filter((one: string) => one !== key)
}

/** The ways in which one part of a body may change. */
function* editsOf({ path, schema, isRequired }: Part): Generator<Edit> {
  const types = typesIn(schema)
  const nothing = (): unknown => undefined
  if (path.length > 0 && path.at(-1) !== '*') {
    const remove = (slot: Slot): void => {
      optional(slot)
      delete slot.holder[slot.key]
    }
    yield { name: 'gone', write: nothing, change: remove }
    if (isRequired) yield { name: 'absent', write: nothing, change: optional }
  }
  if (!types.includes('null'))
    yield { name: 'null', write: () => null, change: rewrite((one) => ({ anyOf: [one, { type: 'null' }] })) }
  const other = samples[types.includes('object') ? 'integer' : 'object'] ?? nothing
  yield { name: 'anything', write: other, change: rewrite(() => ({})) }
  for (const [type, write] of Object.entries(samples)) {
    // Something that is the same for all is not an id.
    if (types.includes(type) || (type === 'boolean' && path.at(-1) === 'id')) continue
    yield { name: `${type} instead`, write, change: rewrite(() => ({ type })) }
    yield { name: `also ${type}`, write, change: rewrite((one) => ({ anyOf: [one, { type }] })) }
  }
  if (isClosed(schema)) {
    const write = (): string => 'something_new'
    const added = { enum: [write()] }
    yield { name: 'another value', write, change: rewrite((one) => ({ anyOf: [one, added] })) }
    yield { name: 'any value', write, change: rewrite(() => ({ type: 'string' })) }
  }
  if (schema.format) {
    const write = (before: unknown): string => `x${before}`
    yield { name: 'another format', write, change: rewrite(({ format: _, ...rest }) => rest) }
  }
}

const isSuccess = (status: string): boolean => status.startsWith('2')

/** Every change of a part of a JSON response that the document describes. */
function* fieldChanges(operation: Change['operation'], status: string): Generator<Change> {
  const mediaIn = (of: Loose): Loose =>
    operationIn(of, operation).responses[status].content['application/json']
  const media = mediaIn(inlined())
  if (!media) return
  for (const part of partsOf(media.schema)) {
    for (const { name, write, change } of editsOf(part)) {
      // What an error has in it matters less than its status.
      if (!isSuccess(status) && !/^(gone|null|anything)$/.test(name)) continue
      yield {
        operation,
        status: Number(status),
        name: `/responses/${[status, 'body', ...part.path].join('/')}: ${name}`,
        differences: () => differencesOf(operation, (of) => change(slotAt(mediaIn(of), part.path))),
        apply: (response) => ({ ...response, body: put(response.body, part.path, write) }),
      }
    }
  }
}

const html = { content: { 'text/html': { schema: { type: 'string' } } } }
const htmlResponse = { body: '<p>Hello</p>', type: 'text/html' }

interface Whole {
  readonly name: string
  readonly change: (responses: Loose, before: Loose) => void
  readonly response: Partial<Draft>
}

/** Changes of a response as a whole: its status, its content type, its body. */
function* wholesOf(operation: Change['operation'], status: string): Generator<Whole> {
  const set =
    (response: Loose, at = status) =>
    (responses: Loose): void => {
      responses[at] = response
    }
  yield {
    name: 'no body',
    change: set({ description: 'Nothing' }),
    response: { body: undefined, type: undefined },
  }
  yield { name: 'HTML', change: set(html), response: htmlResponse }
  if (operation === 'streamConcurrency' && isSuccess(status)) {
    const json = (schema: Loose): Loose => ({ content: { 'application/json': { schema } } })
    const type = 'application/json'
    yield {
      name: 'JSON',
      change: set(json({ type: 'object' })),
      response: { body: { active_calls: 3 }, type },
    }
    yield { name: 'JSON without a schema', change: set(json({ title: 'Response' })), response: { type } }
  } else {
    const type = 'application/vnd.api+json'
    const other = (before: Loose): Loose => ({ content: { [type]: before.content['application/json'] } })
    yield { name: 'other JSON', change: (all, before) => set(other(before))(all), response: { type } }
    if (isSuccess(status)) {
      const change = (all: Loose, before: Loose): void => set(other(before), '202')(all)
      yield { name: 'also 202 with other JSON', change, response: { type, status: 202 } }
    }
  }
}

/** Changes of the statuses of an operation. */
function* statusesOf(known: readonly string[], status: string): Generator<Whole> {
  for (const other of ['200', '201', '202', '206'].filter((one) => one !== status)) {
    const add = (all: Loose, before: Loose): void => {
      all[other] = before
    }
    const change = (all: Loose, before: Loose): void => {
      delete all[status]
      add(all, before)
    }
    yield { name: `${other} instead`, change, response: { status: Number(other) } }
    yield { name: `also ${other}`, change: add, response: { status: Number(other) } }
  }
  const remove = (all: Loose): void => {
    delete all[status]
  }
  yield { name: 'no success', change: remove, response: { status: 206 } }
  const nothing = { status: 202, body: undefined, type: undefined }
  const later = (response: Loose) => (all: Loose) => {
    all['202'] = response
  }
  yield { name: 'also 202 without a body', change: later({ description: 'Later' }), response: nothing }
  yield { name: 'also 202 with HTML', change: later(html), response: { status: 202, ...htmlResponse } }
  for (const added of ['302', '409', '418', '429', '451', '503', 'default']) {
    if (known.includes(added)) continue
    const change = (all: Loose): void => {
      all[added] = html
    }
    yield { name: `also ${added}`, change, response: { status: Number(added) || 599, ...htmlResponse } }
  }
}

function* wholeChanges(operation: Change['operation'], status: string): Generator<Change> {
  const responsesIn = (of: Loose): Loose => operationIn(of, operation).responses
  const known = Object.keys(responsesIn(inlined()))
  const wholes = isSuccess(status)
    ? [...wholesOf(operation, status), ...statusesOf(known, status)]
    : wholesOf(operation, status)
  for (const { name, change, response } of wholes) {
    yield {
      operation,
      status: Number(status),
      name: `/responses/${status}: ${name}`,
      differences: () => differencesOf(operation, (of) => change(responsesIn(of), responsesIn(of)[status])),
      apply: (before) => ({ ...before, ...response }),
    }
  }
}

const operationIds = Object.values(document.paths).flatMap((item) =>
  Object.values(item).map(({ operationId }) => operationId as Change['operation']),
)

/** Every change of every response that the document describes. */
export const responseChanges: readonly Change[] = operationIds.flatMap((operation) =>
  Object.keys(operationIn(inlined(), operation).responses).flatMap((status) => [
    ...wholeChanges(operation, status),
    ...fieldChanges(operation, status),
  ]),
)
