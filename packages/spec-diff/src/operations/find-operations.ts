import { isRecord } from '@digame/internal'
import type { ApiDocument } from '../document/document.ts'
import { resolve } from '../document/references.ts'
import { describeKind, member, objectAt, type Raw } from '../document/values.ts'
import { VendorDocumentError } from '../errors.ts'
import { type Described, methods, type OurOperation } from './operation.ts'
import { gistOf, segmentsOf, templateOf } from './paths.ts'
import { hasServers, isLocal, type Server, serversOf } from './servers.ts'

/** A path of the document, as it is written there. */
interface Entry {
  readonly key: string
  readonly item: unknown
}

/** The paths of a document, ready to be searched. */
export interface Paths {
  readonly document: ApiDocument
  /** The URL of our service. */
  readonly base: string
  readonly byTemplate: ReadonlyMap<string, Entry>
  readonly byGist: ReadonlyMap<string, readonly Entry[]>
}

/** Reads the paths of a document. @throws VendorDocumentError */
export function pathsOf(document: ApiDocument, base: string): Paths {
  const { root } = document
  const paths = member(root, 'paths')
  if (!isRecord(paths)) {
    const what =
      paths === undefined ? 'has no `paths`' : `has ${describeKind(paths)} as its paths, not an object`
    throw new VendorDocumentError('MALFORMED', `The document ${what}.`)
  }
  const prefixes = new Set(serversOf(root, 'The document', base).map(({ path }) => joined(path, '')))
  document.spend(Object.keys(paths).length * (1 + prefixes.size))
  const byTemplate = new Map<string, Entry>()
  const byGist = new Map<string, Entry[]>()
  for (const [key, item] of Object.entries(paths)) {
    const entry = { key, item }
    byTemplate.set(templateOf(key), entry)
    for (const gist of new Set([key, ...[...prefixes].map((prefix) => prefix + key)].map(gistOf)))
      byGist.set(gist, [...(byGist.get(gist) ?? []), entry])
  }
  return { document, base, byTemplate, byGist }
}

const joined = (segments: readonly string[], key: string): string =>
  segments.map((segment) => `/${segment}`).join('') + key

/** An operation of theirs, and where its servers are if none of them is ours. */
interface FoundOperation extends Described {
  /** Whether the servers are those of the document, and not of the path or the operation. */
  readonly hasSharedServers: boolean
  /** The URLs of the servers, if they are known and none of them is our service. */
  readonly elsewhere: string | undefined
}

/** The result of looking for one of our operations. */
export type Search =
  | { readonly result: 'found'; readonly found: FoundOperation }
  /** It is at another path, which `at` names. */
  | { readonly result: 'moved'; readonly found: FoundOperation; readonly at: string }
  | { readonly result: 'no_path' }
  /** The path is there, with these methods only. */
  | { readonly result: 'no_method'; readonly methods: string }

/**
 * Looks for one of our operations.
 *
 * A part of our path may stand in the URL of the server, or in both. @throws VendorDocumentError
 */
export function findOperation(paths: Paths, { path, method }: OurOperation): Search {
  const segments = segmentsOf(path)
  let others: string | undefined
  for (let start = 0; start < segments.length; start++) {
    const entry = paths.byTemplate.get(joined(segments.slice(start), ''))
    if (!entry) continue
    const item = itemOf(paths.document, entry)
    const operation = objectAt(item, method, entry.key)
    const scope = scopeOf(paths, { path: entry.key, item, operation })
    const bases = scope.servers.flatMap((server) => withoutPath(server, segments, start))
    if (bases.length === 0) continue
    if (operation) {
      const found = { path: entry.key, item, operation, hasSharedServers: scope.isShared }
      return { result: 'found', found: { ...found, elsewhere: elsewhere(bases, paths.base) } }
    }
    others ??= methods.filter((name) => isRecord(member(item, name))).join(', ')
  }
  if (others !== undefined) return { result: 'no_method', methods: others.toUpperCase() }
  return findMoved(paths, path, method)
}

function findMoved(paths: Paths, path: string, method: OurOperation['method']): Search {
  for (const entry of paths.byGist.get(gistOf(path)) ?? []) {
    const item = itemOf(paths.document, entry)
    const operation = objectAt(item, method, entry.key)
    if (!operation) continue
    const { servers, isShared } = scopeOf(paths, { path: entry.key, item, operation })
    const bases = servers.map(({ origin }) => ({ origin, path: [] }))
    const found = { path: entry.key, item, operation, hasSharedServers: isShared }
    const at = joined(servers[0]?.path ?? [], entry.key)
    return { result: 'moved', found: { ...found, elsewhere: elsewhere(bases, paths.base) }, at }
  }
  return { result: 'no_path' }
}

interface Scope {
  readonly servers: readonly Server[]
  readonly isShared: boolean
}

/** The servers that count for an operation: its own, or those of its path, or those of the document. */
function scopeOf(
  { document, base }: Paths,
  { path, item, operation }: Omit<Described, 'operation'> & { readonly operation: Raw | undefined },
): Scope {
  const own = [operation, item].find((one) => one !== undefined && hasServers(one))
  return own
    ? { servers: serversOf(own, path, base), isShared: false }
    : { servers: serversOf(document.root, 'The document', base), isShared: true }
}

/**
 * A server without what it contributes to our path, if the document writes our path from segment `start` on.
 *
 * With `start` 0 the server may repeat the beginning of our path, as in `https://api.diga.io/v1` and `/v1/call/`.
 */
function withoutPath({ origin, path }: Server, segments: readonly string[], start: number): Server[] {
  if (start > 0)
    return endsWith(path, segments.slice(0, start)) ? [{ origin, path: path.slice(0, -start) }] : []
  for (let repeated = Math.min(path.length, segments.length); repeated > 0; repeated--) {
    if (endsWith(path, segments.slice(0, repeated))) return [{ origin, path: path.slice(0, -repeated) }]
  }
  return [{ origin, path }]
}

/** Whether a server's path ends with these segments; a variable of it may be any of them. */
function endsWith(path: readonly string[], end: readonly string[]): boolean {
  const rest = path.slice(-end.length)
  return (
    rest.length === end.length && rest.every((segment, index) => segment === '{}' || segment === end[index])
  )
}

/** The URLs of servers, unless one of them is our service or may be it. */
function elsewhere(servers: readonly Server[], base: string): string | undefined {
  const { origin: ours } = new URL(base)
  const urls = new Set<string>()
  for (const { origin, path } of servers) {
    if (origin === undefined || (origin === ours && path.length === 0)) return undefined
    if (!isLocal(origin)) urls.add(joined(path, '') === '' ? origin : origin + joined(path, ''))
  }
  return urls.size === 0 ? undefined : [...urls].join(', ')
}

function itemOf(document: ApiDocument, { key, item: raw }: Entry): Raw {
  const item = resolve(document, raw, key)
  if (isRecord(item)) return item
  throw new VendorDocumentError(
    'MALFORMED',
    `The document's path ${key.slice(0, 80)} is ${describeKind(item)}, not an object.`,
  )
}
