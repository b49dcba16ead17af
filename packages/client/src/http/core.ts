import type { paths } from '@digame/spec'
import createClient, {
  type Client,
  createQuerySerializer,
  mergeHeaders,
  removeTrailingSlash,
} from 'openapi-fetch'
import { type DigaErrorFields, refuse } from '../errors.ts'
import type { RequestOptions } from '../options.ts'
import type { Settings } from '../settings.ts'
import { errorOf } from './failure.ts'
import { placedAfter } from './placed.ts'
import { type Outgoing, requestInit, type SendOptions, type Sent, send } from './send.ts'

/** A request before it is built. */
export interface Draft {
  /** @default 'GET' */
  readonly method?: 'POST'
  /** The path as the spec writes it. */
  readonly path: keyof paths
  /** Takes the place of `{id}` in the path. */
  readonly id?: string
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly headers?: RequestOptions['headers']
  readonly body?: string
  /** Fields for the error if the request cannot be built. */
  readonly fields?: Partial<DigaErrorFields>
}

/** What every operation shares. */
export interface Core extends Settings {
  readonly raw: Client<paths>
  /** Builds a request without sending it. @throws DigaInvalidCallError */
  build(draft: Draft): Outgoing
  /** Sends a request once, and reports it to `onEvent`. */
  dispatch(built: Outgoing, retry: number, options: SendOptions): Promise<Sent>
}

/** Copies headers into a plain object, which fetch reads faster. `x-request-id` is ours: a caller's value moves to another name. */
function toPlain(headers: Headers): Record<string, string> {
  const { 'x-request-id': callers, ...rest } = Object.fromEntries(headers)
  return callers ? { ...rest, 'x-client-request-id': callers } : rest
}

export function createCore(settings: Settings): Core {
  const { headers: everywhere } = settings
  const baseUrl = removeTrailingSlash(settings.baseUrl)
  const serializeQuery = createQuerySerializer()
  const authorization = `Bearer ${settings.apiKey}`
  /** Headers of a create that adds none. Built on first use, because constructing Headers loads Node's fetch. */
  let createHeaders: Outgoing['headers'] | undefined
  let raw: Client<paths> | undefined

  const headersFor = (body: string | undefined, more: RequestOptions['headers']): Outgoing['headers'] => {
    const type = body === undefined ? undefined : { 'content-type': 'application/json' }
    return toPlain(mergeHeaders(type, everywhere, more, { authorization }))
  }

  return {
    ...settings,
    get raw() {
      raw ??= createClient<paths>({
        baseUrl,
        headers: { ...everywhere, authorization },
        fetch: (request) => sendRaw(settings, request),
      })
      return raw
    },
    build({ method = 'GET', path: template, id, query = {}, headers: more, body, fields }) {
      const path = id === undefined ? template : template.replace('{id}', encodeURIComponent(id))
      try {
        const search = serializeQuery(query)
        const url = baseUrl + path + (search && `?${search}`)
        const isPlain = body !== undefined && !more
        const headers = (isPlain && createHeaders) || headersFor(body, more)
        if (isPlain) createHeaders = headers
        return { method, path, url, headers, body }
      } catch {
        // No cause: it quotes the value that it could not use, which may be a secret.
        return refuse(
          'VALIDATION_ERROR',
          `${method} ${path} was not sent: its headers or query are not valid in HTTP.`,
          fields,
        )
      }
    },
    dispatch(built, retry, options) {
      const id = crypto.randomUUID()
      return settings.isListening
        ? sendReported(settings, built, retry, id, options)
        : send(settings, built, id, options)
    },
  }
}

/** Sends a request, and reports it to the caller's hook. */
async function sendReported(
  settings: Settings,
  built: Outgoing,
  retry: number,
  requestId: string,
  options: SendOptions,
): Promise<Sent> {
  const { clock, emit } = settings
  const about = { method: built.method, path: built.path, requestId }
  const startedAt = clock.elapsed()
  const { mayGo = () => true } = options
  let isReported = false
  const sent = await send(settings, built, requestId, {
    ...options,
    mayGo() {
      if (!mayGo()) return false
      isReported = true
      emit({ type: 'request', ...about, retry })
      // The hook may have taken so long that a deadline has passed.
      return mayGo()
    },
  })
  const { status } = sent
  const durationMs = clock.elapsed() - startedAt
  if (isReported) emit({ type: 'response', ...about, ...(status !== undefined && { status }), durationMs })
  return sent
}

/** Sends a request of the raw client: a POST through `send`, so that the runtime cannot repeat it; a GET directly, so that it can stream. */
async function sendRaw(settings: Settings, request: Request): Promise<Response> {
  const { fetch = globalThis.fetch, timeoutMs = 60_000 } = settings
  const { url, method, signal } = request
  const id = crypto.randomUUID()
  const headers = toPlain(request.headers)
  if (method === 'GET') return fetch(url, requestInit({ method, headers }, id, signal))
  const built = { method, path: new URL(url).pathname, url, headers, body: await request.text() }
  const sent = await send(settings, built, id, { timeoutMs, signal })
  if (sent.why) throw errorOf(built, sent, settings.clock.now(), { placed: placedAfter(sent) })
  return new Response(sent.text || null, { status: sent.status, headers: sent.headers })
}
