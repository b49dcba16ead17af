import type { Endpoint } from './engine.ts'
import type { OperationId } from './types.ts'

/** An operation of the spec, and the id in the request's path; the id is empty for a path without one. */
export interface Route {
  readonly operation: OperationId
  readonly id: string
}

/**
 * Where a method and a path lead: to an operation; to a path with other methods, listed in `allowed`; to a path that is
 * right but for its last slash; or to nothing.
 */
export type Match =
  | Route
  | { readonly allowed: string }
  | { readonly redirectTo: string }
  | { readonly isUnknown: true }

export type Router = (method: string, path: string) => Match

interface Path {
  readonly pattern: RegExp
  readonly methods: Map<string, OperationId>
}

const parameter = /\{[^}]*\}/

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A pattern for a path; its first group is the value of the first parameter. */
const createPattern = (template: string): RegExp =>
  new RegExp(`^${template.split(parameter).map(escapeText).join('([^/]+)')}$`)

function groupByPath(endpoints: readonly Endpoint[]): readonly Path[] {
  const paths = new Map<string, Path>()
  for (const { operation, method, path } of endpoints) {
    const known = paths.get(path) ?? { pattern: createPattern(path), methods: new Map() }
    known.methods.set(method, operation)
    paths.set(path, known)
  }
  // A path without parameters comes first, in case a parameter of another path would match it too.
  return [...paths]
    .sort(([one], [other]) => Number(parameter.test(one)) - Number(parameter.test(other)))
    .map(([, path]) => path)
}

/** Makes a router for the endpoints of a document; like the service, it redirects a path with a wrong last slash. */
export function createRouter(endpoints: readonly Endpoint[]): Router {
  const paths = groupByPath(endpoints)
  const find = (path: string) => paths.find(({ pattern }) => pattern.test(path))

  return (method, path) => {
    const found = find(path)
    if (found !== undefined) {
      const operation = found.methods.get(method)
      if (operation === undefined) return { allowed: [...found.methods.keys()].join(', ') }
      return { operation, id: found.pattern.exec(path)?.[1] ?? '' }
    }
    const redirectTo = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    return find(redirectTo) === undefined ? { isUnknown: true } : { redirectTo }
  }
}
