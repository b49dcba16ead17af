import { isRecord } from '@digame/internal'
import { listAt, member, objectAt, type Raw } from '../document/values.ts'
import { segmentsOf } from './paths.ts'

/** Where a server is. */
export interface Server {
  /** `undefined` if the URL does not tell, such as `https://{host}`. */
  readonly origin: string | undefined
  /** What the server puts before each path, in segments; a variable without a value is `{}`. */
  readonly path: readonly string[]
}

/** Whether an object has servers of its own; an empty list means the same as none. */
export function hasServers(of: Raw): boolean {
  const servers = member(of, 'servers')
  return servers !== undefined && !(Array.isArray(servers) && servers.length === 0)
}

/**
 * The servers of a document, a path or an operation, resolved against the URL of our service.
 *
 * A server with variables counts once for each combination of their values. Without any server the document is served
 * by the service that it describes. @throws VendorDocumentError
 */
export function serversOf(of: Raw, where: string, base: string): readonly Server[] {
  if (!hasServers(of)) return [serverAt('/', base)]
  return listAt(of, 'servers', where).flatMap((server) => {
    const url = isRecord(server) ? member(server, 'url') : undefined
    if (!isRecord(server) || typeof url !== 'string') return [unknown]
    const variables = objectAt(server, 'variables', where) ?? {}
    return withValues(url, variables).map((one) => serverAt(one, base))
  })
}

const unknown: Server = { origin: undefined, path: [] }

/** How many URLs one server may stand for. */
const mostUrls = 50

/** A URL with each value of its variables; a variable without values stays as it is. */
function withValues(url: string, variables: Raw): readonly string[] {
  let urls: readonly string[] = [url]
  for (const [name, variable] of Object.entries(variables)) {
    if (!isRecord(variable) || !url.includes(`{${name}}`)) continue
    const listed = member(variable, 'enum')
    const values = [member(variable, 'default'), ...(Array.isArray(listed) ? listed : [])]
    const texts = [...new Set(values.filter((value) => typeof value === 'string'))]
    if (texts.length === 0) continue
    urls = urls.flatMap((one) => texts.map((text) => one.replaceAll(`{${name}}`, text))).slice(0, mostUrls)
  }
  return urls
}

/** Whether a URL lacks its scheme, as in `api.diga.io/v1`; read strictly, it would be a relative path. */
const lacksScheme = (url: string): boolean => /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(url)

function serverAt(given: string, base: string): Server {
  const url = lacksScheme(given) ? `https://${given}` : given
  const [, authority, path = ''] = /^((?:[^/]*:)?\/\/[^/]*|\{[^{}]*\})?(.*)$/s.exec(url) ?? []
  const variable = { origin: undefined, path: segmentsOf(path).filter(Boolean) }
  if (authority?.includes('{')) return variable
  if (url.includes('{')) return { ...variable, origin: originOf(authority ?? '/', base) }
  const origin = originOf(url, base)
  return origin === undefined
    ? unknown
    : { origin, path: segmentsOf(new URL(url, base).pathname).filter(Boolean) }
}

/** The origin of an HTTP URL; `undefined` for anything else. */
function originOf(url: string, base: string): string | undefined {
  if (!URL.canParse(url, base)) return undefined
  const { protocol, origin } = new URL(url, base)
  return /^https?:$/.test(protocol) ? origin : undefined
}

/** Whether a host is on one machine or in one network: a server for development, which says nothing about the service. */
export function isLocal(origin: string): boolean {
  const { hostname } = new URL(origin)
  return (
    /^(localhost|0\.0\.0\.0|\[::1?\])$/.test(hostname) ||
    /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$/.test(hostname) ||
    /\.(localhost|local|internal|test)$/.test(hostname)
  )
}
