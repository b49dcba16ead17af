/**
 * Changes of a document, one at a time, found by walking it. Each mutant is a contract that the service could have
 * moved to.
 *
 * The same node gives the same mutants under the same names, whatever else the document holds.
 */
import { isRecord } from '@digame/internal'
import { childOf, type Node, type Pointer } from '../contract/document.ts'
import type { Change, MutableNode } from './changes/change.ts'
import {
  contentChanges,
  documentChanges,
  operationChanges,
  parameterChanges,
  pathChanges,
  securityChanges,
} from './changes/operations.ts'
import { isSchema, schemaChanges } from './changes/schemas.ts'

export interface Mutant {
  /** What changed and where; identifies the mutant for good. */
  readonly name: string
  /** The kind of change. */
  readonly operator: string
  /** Makes the changed copy of the document. */
  readonly document: () => Node
}

/** The object at a pointer, without following references; throws an Error if there is none. */
function nodeAt(root: unknown, pointer: Pointer): MutableNode {
  let value = root
  for (const name of pointer) value = childOf(value, name)
  if (!isRecord(value)) throw new Error(`The document has no object at ${pointer.join('/')}`)
  return value
}

/** The changes of a node; the way that led to it says what kind of node it is. */
function changesAt(root: Node, pointer: Pointer, node: MutableNode): Iterable<Change> {
  const [first, second] = pointer
  const key = pointer.at(-1)
  const parent = pointer.at(-2)
  if (pointer.length === 0) return documentChanges(node)
  if (pointer.length === 1 && first === 'paths') return pathChanges(node)
  if (pointer.length === 2 && second === 'securitySchemes') return securityChanges(node)
  if (node['$ref'] !== undefined) return []
  if (first === 'paths' && pointer.length === 3) return operationChanges(node)
  if (parent === 'parameters') return parameterChanges(node)
  if (parent === 'responses' || key === 'requestBody') return contentChanges(node)
  return isSchema(node, key, parent) ? schemaChanges(node, root) : []
}

// Below these keys nothing belongs to the contract, or it is changed together with the node above.
const skipped = new Set(['examples', 'example', 'enum', 'required', 'security', 'tags', 'servers', 'info'])

function* walk(
  root: Node,
  pointer: Pointer = [],
  value: unknown = root,
): Generator<readonly [Pointer, Change]> {
  if (typeof value !== 'object' || value === null) return
  if (isRecord(value)) for (const change of changesAt(root, pointer, value)) yield [pointer, change]
  for (const [key, child] of Object.entries(value)) {
    // A field may be called like a keyword.
    if (skipped.has(key) && pointer.at(-1) !== 'properties') continue
    yield* walk(root, [...pointer, key], child)
  }
}

const structure = new Set(['paths', 'components', 'schemas', 'properties', 'content'])

/** Names a node in few words, and parameters by their names. */
function nameOf(document: Node, pointer: Pointer): string {
  return pointer
    .flatMap((word, index) => {
      const parent = pointer[index - 1]
      if (parent === 'parameters' && /^\d+$/.test(word))
        return [String(nodeAt(document, pointer.slice(0, index + 1))['name'])]
      return structure.has(word) && parent !== 'properties' ? [] : [word]
    })
    .join(' ')
}

/** Every mutant of a document. */
export function mutantsOf(document: Node): readonly Mutant[] {
  return [...walk(document)].map(([pointer, { operator, what, edit }]) => ({
    name: [nameOf(document, pointer), operator, what].filter((word) => word !== '').join(': '),
    operator,
    document() {
      const copy = { ...structuredClone(document) }
      edit(nodeAt(copy, pointer), copy)
      return copy
    },
  }))
}
