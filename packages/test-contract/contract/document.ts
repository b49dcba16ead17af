/** Reads an OpenAPI document as a tree, and validates values by its schemas. */

import { isRecord } from '@digame/internal'
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** An object of a document. */
export type Node = Readonly<Record<string, unknown>>

/** The way to a node of a document, name by name. */
export type Pointer = readonly string[]

/** A node, and where it is once every reference on the way is followed. */
export interface Located {
  readonly at: Pointer
  readonly node: Node
}

/** The committed spec. */
export const spec: Node = document

/** The child of an object or a list; undefined if there is none. */
export const childOf = (parent: unknown, name: string): unknown => {
  if (Array.isArray(parent)) return parent[Number(name)]
  return isRecord(parent) ? parent[name] : undefined
}

const referenceIn = (value: unknown): string | undefined => {
  const reference = childOf(value, '$ref')
  return typeof reference === 'string' ? reference : undefined
}

const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~')
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Finds the node at a pointer, following references. Throws an Error if there is none. */
export function locate(pointer: Pointer, root: Node = spec): Located {
  const follow = (at: Pointer, value: unknown): { at: Pointer; value: unknown } => {
    const reference = referenceIn(value)
    if (reference === undefined) return { at, value }
    const target = locate(reference.slice(2).split('/').map(unescaped), root)
    return { at: target.at, value: target.node }
  }
  let found = follow([], root)
  for (const name of pointer) found = follow([...found.at, name], childOf(found.value, name))
  const { at, value } = found
  if (!isRecord(value)) throw new Error(`The document has no object at ${pointer.join('/')}`)
  return { at, node: value }
}

/** One operation of a document. */
export interface LocatedOperation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly at: Pointer
}

/** Every operation of a document, path by path. */
export function operationsIn(root: Node = spec): LocatedOperation[] {
  const { node: paths } = locate(['paths'], root)
  return Object.keys(paths).flatMap((path) =>
    Object.keys(locate(['paths', path], root).node).map((method) => {
      const { at, node } = locate(['paths', path, method], root)
      return { id: String(node['operationId']), method, path, at }
    }),
  )
}

/** The names under a key of a node; none if it is absent. Of a list, its indexes. */
export const keysAt = (node: Node, key: string): string[] => Object.keys(node[key] ?? {})

/** Validates a value by the schema at a pointer; returns what is wrong with it. */
export type Validate = (pointer: Pointer, value: unknown) => readonly string[]

export function createValidator(root: Node = spec): Validate {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(root, 'spec')
  const compiled = new Map<string, ValidateFunction>()
  return (pointer, value) => {
    const ref = `spec#/${pointer.map((name) => encodeURIComponent(escaped(name))).join('/')}`
    const validate = compiled.get(ref) ?? ajv.compile({ $ref: ref })
    compiled.set(ref, validate)
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
