/** The spec as a tree to walk, and its schemas as Ajv judges them. */
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** The way to a node of the document, name by name. */
export type Pointer = readonly string[]

export interface Place {
  readonly at: Pointer
  readonly node: Readonly<Record<string, unknown>>
}

const refOf = (node: unknown): string | undefined => {
  const ref = (node as { $ref?: unknown } | null | undefined)?.$ref
  return typeof ref === 'string' ? ref : undefined
}

const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~')
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** What stands at a pointer, and where it really stands: references are followed. */
export function placeOf(pointer: Pointer, root: object = document): Place {
  let at: Pointer = []
  let node: unknown = root
  for (const name of [...pointer, undefined]) {
    for (let ref = refOf(node); ref !== undefined; ref = refOf(node)) {
      const target = placeOf(ref.slice(2).split('/').map(unescaped), root)
      at = target.at
      node = target.node
    }
    if (name === undefined) break
    node = (node as Record<string, unknown> | undefined)?.[name]
    at = [...at, name]
  }
  if (node === undefined) throw new Error(`Nothing stands at ${pointer.join('/')}`)
  return { at, node: node as Place['node'] }
}

/** Validates by the schema that stands at a pointer. */
export type Judge = (pointer: Pointer, value: unknown) => readonly string[]

export function createJudge(root: object = document): Judge {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(root, 'spec')
  const known = new Map<string, ValidateFunction>()
  return (pointer, value) => {
    const ref = `spec#/${pointer.map((name) => encodeURIComponent(escaped(name))).join('/')}`
    const validate = known.get(ref) ?? ajv.compile({ $ref: ref })
    known.set(ref, validate)
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
