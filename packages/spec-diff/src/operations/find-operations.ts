import type { Operation } from '../difference.ts'
import {
  type ApiDocument,
  isObject,
  kind,
  listAt,
  member,
  objectAt,
  type Raw,
  resolve,
} from '../document/document.ts'
import { VendorDocumentError } from '../errors.ts'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** An operation, and what its path says for all operations there. */
export interface Found {
  readonly path: string
  /** The path as it stands in the document, without what a server puts before it. */
  readonly key: string
  readonly item: Raw
  readonly operation: Raw
}

/** An operation of our spec. */
export interface Ours extends Found {
  readonly id: Exclude<Operation, 'all'>
  readonly method: string
  /** Method and path, for people. */
  readonly endpoint: string
}

/** The operations of our spec, in its order. */
export function ourOperations(document: ApiDocument): readonly Ours[] {
  return Object.entries(objectAt(document.root, 'paths', 'Our spec') ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = isObject(item) && member(item, method)
      if (!isObject(operation)) return []
      const id = operation['operationId'] as Ours['id']
      return [
        {
          id,
          method,
          path,
          key: path,
          endpoint: `${method.toUpperCase()} ${path}`,
          item: item as Raw,
          operation,
        },
      ]
    }),
  )
}

type Place = readonly [path: string, item: unknown, key: string]

/** Where the paths of a document lie. */
export interface Paths {
  /** Items by path, the names of their variables left out. */
  readonly items: ReadonlyMap<string, Place>
  /** The hosts that the document names, if ours is not among them. */
  readonly elsewhere: string | undefined
}

/** What two paths have in common that differ only in the names of variables. */
const template = (path: string): string => path.replace(/\{[^{}]*\}/g, '{}')

/** What two paths have in common that differ in their version, or in a slash at the end. */
const gist = (path: string): string =>
  template(path)
    .replace(/^(\/api)?(\/v\d+)?/i, '')
    .replace(/\/+$/, '')
    .toLowerCase()

/** @throws VendorDocumentError */
export function pathsOf(document: ApiDocument, base: string): Paths {
  const { root } = document
  const paths = member(root, 'paths')
  if (!isObject(paths)) {
    const what = paths === undefined ? 'has no `paths`' : `has ${kind(paths)} as its paths, not an object`
    throw new VendorDocumentError('MALFORMED', `The document ${what}.`)
  }
  const { prefixes, elsewhere } = serversOf(root, 'The document', base)
  const items = new Map<string, Place>()
  document.spend(Object.keys(paths).length * prefixes.size)
  for (const [key, item] of Object.entries(paths)) {
    for (const prefix of new Set([...prefixes, ...ownPrefixes(item, key, base)]))
      items.set(template(prefix + key), [prefix + key, item, key])
  }
  return { items, elsewhere }
}

interface Servers {
  /** What they put before each path. */
  readonly prefixes: ReadonlySet<string>
  /** Their hosts, if ours is not among them. */
  readonly elsewhere: string | undefined
}

function serversOf(of: Raw, where: string, base: string): Servers {
  const servers = listAt(of, 'servers', where).map((server) => {
    const url = isObject(server) ? member(server, 'url') : undefined
    return typeof url === 'string' ? location(url, base) : undefined
  })
  const { origin } = new URL(base)
  const ours = servers.filter((url) => url?.origin === origin)
  const foreign = servers.filter((url) => url && url.origin !== origin).map((url) => (url as URL).origin)
  const isElsewhere = ours.length === 0 && foreign.length > 0 && foreign.length === servers.length
  const from = ours.length > 0 ? ours : isElsewhere ? servers : []
  const prefixes = new Set(from.map((url) => url?.pathname.replace(/\/+$/, '') ?? ''))
  if (prefixes.size === 0) prefixes.add('')
  return { prefixes, elsewhere: isElsewhere ? [...new Set(foreign)].join(', ') : undefined }
}

const hasServers = (of: Raw): boolean => {
  const servers = member(of, 'servers')
  return servers !== undefined && !(Array.isArray(servers) && servers.length === 0)
}

/** Prefixes that a path has of its own, or of its operations. */
function ownPrefixes(item: unknown, where: string, base: string): readonly string[] {
  if (!isObject(item)) return []
  const own = [item, ...methods.map((method) => member(item, method))]
  return own.flatMap((one) =>
    isObject(one) && hasServers(one) ? [...serversOf(one, where, base).prefixes] : [],
  )
}

/**
 * Where an operation is that has servers of its own, or of its path: the URLs if none of them makes our path of its
 * path, else nothing. `undefined` if it has none, and those of the document count.
 */
export function ownServers(
  { item, operation, key, path }: Found,
  base: string,
): { readonly elsewhere: string | undefined } | undefined {
  const from = [operation, item].find(hasServers)
  if (!from) return undefined
  const { prefixes, elsewhere } = serversOf(from, path, base)
  if (elsewhere !== undefined || [...prefixes].some((prefix) => template(prefix + key) === template(path)))
    return { elsewhere }
  return { elsewhere: [...prefixes].map((prefix) => `${base}${prefix}`).join(', ') }
}

function location(url: string, base: string): URL | undefined {
  // One with variables says nothing that could be compared.
  return url.includes('{') || !URL.canParse(url, base) ? undefined : new URL(url, base)
}

/** Their operation, where it is, or where it seems to have gone; or which of its parts is not there. */
export type Search =
  | { readonly result: 'found' | 'moved'; readonly found: Found }
  | { readonly result: 'no_path' }
  | { readonly result: 'no_method'; readonly methods: string }

/** Looks for one of our operations. @throws VendorDocumentError */
export function search(document: ApiDocument, { items }: Paths, { path, method }: Ours): Search {
  const here = items.get(template(path))
  if (here) {
    const item = itemAt(document, here)
    const operation = objectAt(item, method, here[0])
    if (operation) return { result: 'found', found: { path: here[0], key: here[2], item, operation } }
    const others = methods.filter((name) => isObject(member(item, name))).join(', ')
    return { result: 'no_method', methods: others.toUpperCase() }
  }
  const alike = [...items.values()].filter(([other]) => gist(other) === gist(path))
  for (const there of alike) {
    const item = itemAt(document, there)
    const operation = objectAt(item, method, there[0])
    if (operation) return { result: 'moved', found: { path: there[0], key: there[2], item, operation } }
  }
  return { result: 'no_path' }
}

function itemAt(document: ApiDocument, [path, raw]: Place): Raw {
  const item = resolve(document, raw, path)
  if (isObject(item)) return item
  throw new VendorDocumentError(
    'MALFORMED',
    `The document's path ${path.slice(0, 80)} is ${kind(item)}, not an object.`,
  )
}
