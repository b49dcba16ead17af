import type { paths } from '@digame/spec'
import createClient, { type Client } from 'openapi-fetch'
import { errorOf, json, placedAfter, unreadable } from './answer.ts'
import { sleep } from './clock.ts'
import { type DigaError, type DigaErrorFields, DigaInvalidCallError } from './errors.ts'
import type { Track } from './evidence.ts'
import { badNumber, type Settings } from './options.ts'
import { type Outgoing, type Sent, send } from './send.ts'

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

/** What every operation shares: where to send, how to say it, what it cost. */
export interface Core extends Settings {
  readonly raw: Client<paths>
  /** Builds a request with openapi-fetch, without sending it. @throws DigaInvalidCallError with these fields */
  build(
    where: string,
    path: string,
    init: object,
    headers: RequestOptions['headers'],
    fields?: Partial<DigaErrorFields>,
  ): Promise<Outgoing>
  /** One send, told to `onEvent`. */
  dispatch(built: Outgoing, where: string, retry: number, options: DispatchOptions): Promise<Sent>
}

interface DispatchOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly mayGo?: () => boolean
  readonly tracks?: Track[]
}

/** Stands in for `Request`, whose making costs more than all else that openapi-fetch does. */
class Plain {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body?: string
  constructor(url: string, init: { method: string; headers: Headers; body?: string }) {
    this.url = url
    this.method = init.method
    this.headers = init.headers
    if (init.body !== undefined) this.body = init.body
  }
}

/** All that openapi-fetch asks an answer for; real Headers would make Node load its fetch at import. */
const noHeaders = { get: () => null }

export function createCore(settings: Settings): Core {
  const { apiKey, baseUrl, clock } = settings
  const authorization = `Bearer ${apiKey}`
  const client = createClient<paths>({ baseUrl, Request: Plain as unknown as typeof Request })
  const build = client.request as unknown as (
    method: string,
    path: string,
    init: object,
  ) => Promise<{ data: Outgoing }>
  let raw: Client<paths> | undefined
  return {
    ...settings,
    get raw() {
      raw ??= createClient<paths>({
        baseUrl,
        headers: { ...settings.headers, authorization },
        fetch: (request) => rawFetch(settings, request),
      })
      return raw
    },
    async build(where, path, init, more, fields) {
      const headers: Record<string, string> = {}
      for (const [name, value] of [...Object.entries(settings.headers), ...Object.entries(more ?? {})]) {
        const lower = name.toLowerCase()
        headers[lower === 'x-request-id' ? 'x-client-request-id' : lower] = value
      }
      headers['authorization'] = authorization
      const { data } = await build(told(where).method, path, {
        ...init,
        headers,
        parseAs: 'stream',
        fetch: async (request: Outgoing) => ({ ok: true, status: 200, headers: noHeaders, body: request }),
      }).catch(() => {
        // The cause repeats what it could not use, which may be a secret: it is left out.
        throw new DigaInvalidCallError(`${where} was not sent: its headers or its query cannot be written.`, {
          ...fields,
          code: 'VALIDATION_ERROR',
        })
      })
      return data
    },
    async dispatch(built, where, retry, options) {
      const id = crypto.randomUUID()
      built.headers.set('x-request-id', id)
      if (!settings.listening) return send(built, id, { ...options, clock, fetch: settings.fetch })
      const about = { ...told(where), requestId: id }
      const begun = clock.elapsed()
      let gone = false
      const mayGo = (): boolean => {
        const { mayGo = () => true } = options
        if (!mayGo()) return false
        gone = true
        settings.emit({ type: 'request', ...about, retry })
        // Whoever was told may have taken their time.
        return mayGo()
      }
      const sent = await send(built, id, { ...options, mayGo, clock, fetch: settings.fetch })
      if (!gone) return sent
      const { status } = sent
      const durationMs = clock.elapsed() - begun
      settings.emit({ type: 'response', ...about, ...(status !== undefined && { status }), durationMs })
      return sent
    },
  }
}

/** What writes goes through `send`, which keeps the runtime from sending it again; what reads may stream. */
async function rawFetch(settings: Settings, request: Request): Promise<Response> {
  const { clock, fetch, timeoutMs = 60_000 } = settings
  const { url, method, headers, signal } = request
  const id = crypto.randomUUID()
  const callers = headers.get('x-request-id')
  if (callers) headers.set('x-client-request-id', callers)
  headers.set('x-request-id', id)
  if (method === 'GET')
    return (fetch ?? globalThis.fetch)(url, { method, headers, signal, redirect: 'manual' })
  const body = await request.text()
  const sent = await send({ method, url, headers, body }, id, { clock, fetch, timeoutMs, signal })
  if (sent.why || sent.status === undefined)
    throw errorOf(`${method} ${new URL(url).pathname}`, sent, { placed: placedAfter(sent) }, clock.now())
  return new Response(sent.text || null, { status: sent.status, headers: sent.headers ?? {} })
}

const passing = new Set([408, 429, 500, 502, 503, 504])

/** Whether the same read may go better next time. */
export function isPassing(error: DigaError): boolean {
  if (error.status !== undefined && error.status >= 300) return passing.has(error.status)
  return error.code === 'CONNECTION' || error.code === 'TIMEOUT' || error.code === 'BODY_CUT'
}

/**
 * How long to wait before the next send, in milliseconds: what the service asks for, or exponential backoff with full
 * jitter from half a second to eight. `undefined` where the service asks for more than a minute.
 */
export function backoff(core: Settings, retry: number, error: DigaError): number | undefined {
  const asked = (error as { retryAfterMs?: number }).retryAfterMs
  if (asked !== undefined) return asked <= 60_000 ? asked : undefined
  return core.random() * Math.min(8000, 500 * 2 ** retry)
}

/** What was read, and the send that brought it. */
export interface Read {
  readonly body: unknown
  readonly sent: Sent
}

/** Reads, and tries again after passing failures. @throws DigaError */
export async function read(
  core: Core,
  path: string,
  where: string,
  init: object,
  options: RequestOptions,
  check: (body: unknown) => boolean,
): Promise<Read> {
  const { signal, timeoutMs = core.timeoutMs ?? 30_000, maxRetries = core.maxRetries } = options
  const bad = badNumber({ timeoutMs, maxRetries })
  if (bad) throw new DigaInvalidCallError(bad, { code: 'INVALID_OPTION' })
  const built = await core.build(where, path, init, options.headers)
  for (let retry = 0; ; retry++) {
    const sent = await core.dispatch(built, where, retry, { timeoutMs, signal })
    let error = errorOf(where, sent, {}, core.clock.now())
    if (!error) {
      const body = json(sent.text)
      if (check(body)) return { body, sent }
      error = unreadable(where, sent, {})
    }
    const delayMs = retry < maxRetries && isPassing(error) ? backoff(core, retry, error) : undefined
    if (delayMs === undefined) throw error
    core.emit({ type: 'retry', ...told(where), requestId: sent.id, delayMs, reason: error.code })
    await pause(core, delayMs, signal, where)
  }
}

export const told = (where: string): { method: string; path: string } => {
  const [method = '', path = ''] = where.split(' ')
  return { method, path }
}

/** Sleeps; an abort ends it as the same error that an aborted send gives. */
export async function pause(
  core: Settings,
  ms: number,
  signal: AbortSignal | undefined,
  where: string,
): Promise<void> {
  await sleep(core.clock, ms, signal).catch((cause) => {
    throw errorOf(where, { id: '', why: 'aborted', cause, neverLeft: true }, {}, 0)
  })
}
