/** One change of a document, and the edits that changes are made of. */
import { isRecord } from '@digame/internal'

/** An object of a document that may be edited. */
export type MutableNode = Record<string, unknown>

/** Edits a node of a copy of the document; `root` is the whole copy. */
export type Edit = (node: MutableNode, root: MutableNode) => void

export interface Change {
  /** The kind of change, such as `field dropped`. */
  readonly operator: string
  /** What tells it from other changes of its kind at the same node; may be empty. */
  readonly what: string
  readonly edit: Edit
}

/** Assigns a value to a key of the node. */
export const set =
  (key: string, value: unknown): Edit =>
  (node) => {
    node[key] = value
  }

/** Removes a key of the node. */
export const remove =
  (key: string): Edit =>
  (node) =>
    delete node[key]

/** Edits the object under a key of the node. */
export const within =
  (key: string, edit: (inner: MutableNode) => void): Edit =>
  (node) =>
    edit(objectAt(node, key))

/** The object under a key; throws an Error if there is none. */
export function objectAt(node: Readonly<MutableNode>, key: string): MutableNode {
  const value = node[key]
  if (!isRecord(value)) throw new Error(`There is no object "${key}" among ${Object.keys(node)}`)
  return value
}

/** The texts in the list under a key; none if it is absent. */
export function textsAt(node: Readonly<MutableNode>, key: string): string[] {
  const list = node[key]
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

/** The objects in the list under a key; none if it is absent. */
export function objectsAt(node: Readonly<MutableNode>, key: string): MutableNode[] {
  const list = node[key]
  return Array.isArray(list) ? list.filter(isRecord) : []
}

/** Renames a key of a node in place, keeping the order of the keys. Removes it if there is no new name. */
export function rekey(node: MutableNode, key: string, name?: string): void {
  const entries = Object.entries(node)
  for (const [one] of entries) delete node[one]
  for (const [one, value] of entries) {
    const kept = one === key ? name : one
    if (kept !== undefined) node[kept] = value
  }
}

/** Adds an item to a list that lacks it, and takes it out of a list that has it. */
export const toggle = (list: readonly string[], item: string): string[] =>
  list.includes(item) ? list.filter((one) => one !== item) : [...list, item]
