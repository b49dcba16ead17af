import type { paths } from '@digame/spec'
import createClient, {
  type Client,
  createFinalURL,
  createQuerySerializer,
  defaultPathSerializer,
  mergeHeaders,
  removeTrailingSlash,
} from 'openapi-fetch'
import { type DigaErrorFields, DigaInvalidCallError } from '../errors.ts'
import type { Settings } from '../options.ts'
import { errorOf, placedAfter } from './response.ts'
import { type Outgoing, type SendOptions, type Sent, send } from './send.ts'

/** Options of a request that reads. */
export interface RequestOptions {
  /** Ends the request at once. */
  readonly signal?: AbortSignal
  /** For one send through the end of its body, in milliseconds. @default the client's, or 30,000 */
  readonly timeoutMs?: number
  /** @default the client's, or 2 */
  readonly maxRetries?: number
  /** Further headers; a value for `x-request-id` travels as `x-client-request-id`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request, before it is written: by the spec's path, with what openapi-fetch takes as `params`. */
export interface Draft {
  readonly path: keyof paths
  readonly params?: { readonly path?: Record<string, string>; readonly query?: Record<string, unknown> }
  readonly headers: RequestOptions['headers']
  readonly body?: string
  /** Of the error, should it not be possible to write it. */
  readonly fields?: Partial<DigaErrorFields>
}

/** What every operation shares: where to send, how to say it, what it cost. */
export interface Core extends Settings {
  readonly raw: Client<paths>
  /** Writes a request with openapi-fetch, without sending it. @throws DigaInvalidCallError */
  build(where: string, draft: Draft): Outgoing
  /** One send, told to `onEvent`. */
  dispatch(
    built: Outgoing,
    where: string,
    retry: number,
    options: Omit<SendOptions, 'clock' | 'fetch'>,
  ): Promise<Sent>
}

/** As a plain object, which costs fetch less to read; the name of the header that names a send is ours. */
function plain(headers: Headers): Record<string, string> {
  const { 'x-request-id': callers, ...rest } = Object.fromEntries(headers)
  return callers ? { ...rest, 'x-client-request-id': callers } : rest
}

export function createCore(settings: Settings): Core {
  const { clock, fetch, headers: everywhere } = settings
  const baseUrl = removeTrailingSlash(settings.baseUrl)
  const authorization = `Bearer ${settings.apiKey}`
  /** Of a create without any of its own. Made at the first one: Headers make Node load its fetch. */
  let usual: Outgoing['headers'] | undefined
  let raw: Client<paths> | undefined
  return {
    ...settings,
    get raw() {
      raw ??= createClient<paths>({
        baseUrl,
        headers: { ...everywhere, authorization },
        fetch: (request) => rawFetch(settings, request),
      })
      return raw
    },
    build(where, { path, params = {}, headers: more, body, fields }) {
      const write = (): Outgoing['headers'] => {
        const type = body === undefined ? undefined : { 'content-type': 'application/json' }
        return plain(mergeHeaders(type, everywhere, more, { authorization }))
      }
      try {
        const { method } = told(where)
        const url = createFinalURL(path, {
          baseUrl,
          params,
          querySerializer: createQuerySerializer(),
          pathSerializer: defaultPathSerializer,
        })
        if (body === undefined) return { method, url, headers: write() }
        if (more) return { method, url, headers: write(), body }
        usual ??= write()
        return { method, url, headers: usual, body }
      } catch {
        // The cause repeats what it could not use, which may be a secret: it is left out.
        throw new DigaInvalidCallError(`${where} was not sent: its headers or its query cannot be written.`, {
          ...fields,
          code: 'VALIDATION_ERROR',
        })
      }
    },
    dispatch(built, where, retry, options) {
      const id = crypto.randomUUID()
      const how = { ...options, clock, fetch }
      return settings.listening ? heard(settings, built, where, retry, id, how) : send(built, id, how)
    },
  }
}

/** A send of which the caller's hook is told. */
async function heard(
  { clock, emit }: Settings,
  built: Outgoing,
  where: string,
  retry: number,
  requestId: string,
  options: SendOptions,
): Promise<Sent> {
  const about = { ...told(where), requestId }
  const begun = clock.elapsed()
  const { mayGo = () => true } = options
  let gone = false
  const sent = await send(built, requestId, {
    ...options,
    mayGo() {
      if (!mayGo()) return false
      gone = true
      emit({ type: 'request', ...about, retry })
      // Whoever was told may have taken their time.
      return mayGo()
    },
  })
  const { status } = sent
  const durationMs = clock.elapsed() - begun
  if (gone) emit({ type: 'response', ...about, ...(status !== undefined && { status }), durationMs })
  return sent
}

/** What writes goes through `send`, which keeps the runtime from sending it again; what reads may stream. */
async function rawFetch(settings: Settings, request: Request): Promise<Response> {
  const { clock, fetch = globalThis.fetch, timeoutMs = 60_000 } = settings
  const { url, method, signal } = request
  const id = crypto.randomUUID()
  const headers = { 'x-request-id': id, ...plain(request.headers) }
  if (method === 'GET') return fetch(url, { method, headers, signal, redirect: 'manual' })
  const body = await request.text()
  const sent = await send({ method, url, headers, body }, id, { clock, fetch, timeoutMs, signal })
  if (sent.why || sent.status === undefined)
    throw errorOf(`${method} ${new URL(url).pathname}`, sent, { placed: placedAfter(sent) }, clock.now())
  return new Response(sent.text || null, { status: sent.status, headers: sent.headers ?? {} })
}

/** The halves of `POST /v1/call/`. */
export const told = (where: string): { method: string; path: string } => {
  const [method = '', path = ''] = where.split(' ')
  return { method, path }
}
