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

const paths: readonly {
  readonly pattern: RegExp
  readonly methods: Readonly<Record<string, OperationId>>
}[] = [
  { pattern: /^\/v1\/call\/$/, methods: { POST: 'placeCall', GET: 'listCalls' } },
  { pattern: /^\/v1\/call\/concurrency\/stream$/, methods: { GET: 'streamConcurrency' } },
  { pattern: /^\/v1\/call\/([^/]+)$/, methods: { GET: 'getCall' } },
  { pattern: /^\/v1\/call\/([^/]+)\/message$/, methods: { GET: 'listMessages' } },
]

const find = (path: string) => paths.find(({ pattern }) => pattern.test(path))

/** Where a request goes; a slash too much or too little is led to the right path, as the service does. */
export function match(method: string, path: string): Match {
  const place = find(path)
  if (place !== undefined) {
    const operation = place.methods[method]
    if (operation === undefined) return { allowed: Object.keys(place.methods).join(', ') }
    return { operation, id: place.pattern.exec(path)?.[1] ?? '' }
  }
  const moved = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
  return find(moved) === undefined ? { nowhere: true } : { moved }
}
