import type { Endpoint } from './engine.ts'
import type { OperationId } from './types.ts'

/** An operation of the spec, and the id in its path. */
export interface Route {
  readonly operation: OperationId
  readonly id: string
}

/** A route; or the methods that the path has; or the path that it should have been; or nothing. */
export type Match =
  | Route
  | { readonly allowed: string }
  | { readonly moved: string }
  | { readonly nowhere: true }

interface Path {
  readonly pattern: RegExp
  readonly methods: Map<string, OperationId>
}

const parameter = /\{[^}]*\}/

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Matches a path; its first group is the value of the first parameter. */
const patternOf = (template: string): RegExp =>
  new RegExp(`^${template.split(parameter).map(escapeText).join('([^/]+)')}$`)

function pathsOf(endpoints: readonly Endpoint[]): readonly Path[] {
  const paths = new Map<string, Path>()
  for (const { operation, method, path } of endpoints) {
    const known = paths.get(path) ?? { pattern: patternOf(path), methods: new Map() }
    known.methods.set(method, operation)
    paths.set(path, known)
  }
  // A path without a parameter goes before one that a parameter makes match it too.
  return [...paths]
    .sort(([one], [other]) => Number(parameter.test(one)) - Number(parameter.test(other)))
    .map(([, path]) => path)
}

/** Finds the operation that a method and a path lead to. */
export type Router = (method: string, path: string) => Match

/** Makes a router; it redirects a path with a slash too many or too few, as the service does. */
export function createRouter(endpoints: readonly Endpoint[]): Router {
  const paths = pathsOf(endpoints)
  const find = (path: string) => paths.find(({ pattern }) => pattern.test(path))

  return (method, path) => {
    const found = find(path)
    if (found !== undefined) {
      const operation = found.methods.get(method)
      if (operation === undefined) return { allowed: [...found.methods.keys()].join(', ') }
      return { operation, id: found.pattern.exec(path)?.[1] ?? '' }
    }
    const moved = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    return find(moved) === undefined ? { nowhere: true } : { moved }
  }
}
