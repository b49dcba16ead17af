import type { Clock } from './clock.ts'
import { neverLeft, observe, release, type Track } from './evidence.ts'
import { maskNumbers } from './number.ts'
import type { Fetch } from './options.ts'

/** A request, ready to go. */
export interface Outgoing {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body?: string
}

/** How one dispatch ended. Exactly one of `text` and `why` is set. */
export interface Sent {
  readonly id: string
  /** Headers of the answer had arrived. */
  readonly status?: number
  readonly headers?: Headers
  /** The whole body. */
  readonly text?: string
  /** What kept the whole body from arriving. */
  readonly why?: 'aborted' | 'timeout' | 'connection' | 'too_large' | 'not_after'
  readonly cause?: unknown
  /** There is positive evidence that the request never left. */
  readonly neverLeft: boolean
}

export interface SendOptions {
  readonly clock: Clock
  readonly fetch: Fetch | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Asked right before the request is dispatched; `false` keeps it back. */
  readonly mayGo?: () => boolean
  /** Takes what observes the send, to be released by the taker; without it that ends with the send. */
  readonly tracks?: Track[]
}

/** What a page of a thousand calls needs many times over, and a memory can still hold. */
const longestBody = 10 * 1024 * 1024

// Taken before anybody had a chance to replace it: a replacement is a caller's fetch, and proves nothing.
const runtimeFetch = globalThis.fetch

interface DenoLike {
  createHttpClient(options: object): unknown
}
let unpooled: object | undefined
/** Deno sends a POST again on a pooled connection that was reset, and on a stream that HTTP/2 refused; so there is neither. */
function denoClient(): object {
  const { Deno } = globalThis as { Deno?: DenoLike }
  if (Deno) unpooled ??= { client: Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false }) }
  return unpooled ?? {}
}

class TooLarge extends Error {}

/** The whole body, unless it is too large. */
export async function bodyOf(response: Response): Promise<string> {
  const { headers, body } = response
  const length = Number(headers.get('content-length'))
  if (length > longestBody) throw new TooLarge()
  // The length of an encoded body says nothing of the decoded one.
  if (!body || (length > 0 && !headers.get('content-encoding'))) return response.text()
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > longestBody) throw new TooLarge()
    text += decoder.decode(value, { stream: true })
  }
}

/** What may be printed of an error of somebody else's fetch: not what hangs on it, such as the request. */
function shown(error: unknown, hide: (text: string) => string, depth = 0): unknown {
  const { name, message, stack, code, cause } = (error ?? {}) as Error & { code?: unknown }
  if (typeof message !== 'string' || depth > 4) return undefined
  const words = (text: string): string => maskNumbers(hide(text))
  const copy = new Error(words(message), { cause: shown(cause, hide, depth + 1) })
  return Object.assign(copy, { name, code, stack: words(String(stack)) })
}

/** Dispatches once, under the `x-request-id` that names this send. Never throws, never sends again, and is done when the body has arrived or cannot. */
export async function send(request: Outgoing, id: string, options: SendOptions): Promise<Sent> {
  const { clock, signal, timeoutMs, mayGo, tracks } = options
  const { method, url, headers, body } = request
  const controller = new AbortController()
  let why: Sent['why']
  let stopped: (reason: unknown) => void = () => {}
  const stop = (because: Sent['why'], reason?: unknown): void => {
    if (why) return
    why = because
    controller.abort(reason)
    stopped(reason)
  }
  const onAbort = (): void => stop('aborted', signal?.reason)
  const fetch = options.fetch ?? globalThis.fetch
  const own = fetch === runtimeFetch
  const track = observe(id, () =>
    stop('connection', new Error('The runtime was about to send the request again.')),
  )
  const hide = (text: string): string => {
    const key = headers.get('authorization')?.slice('Bearer '.length)
    return key ? text.replaceAll(key, 'sk-…') : text
  }
  let response: Response | undefined
  let dispatched = false
  let settled = false
  let cancelTimer: (() => void) | undefined
  try {
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    // It may tell somebody who aborts.
    if (!why && mayGo && !mayGo()) why ??= 'not_after'
    if (why) throw undefined
    const stopping = new Promise<never>((_, reject) => {
      stopped = reject
    })
    cancelTimer = clock.after(timeoutMs, () => stop('timeout'))
    dispatched = true
    const init = {
      method,
      headers,
      signal: controller.signal,
      redirect: 'manual' as const,
      ...(body && { body }),
    }
    const sending = fetch(url, body ? { ...init, ...denoClient() } : init)
    const hasSettled = (): void => {
      settled = true
    }
    sending.then(hasSettled, hasSettled)
    response = await Promise.race([sending, stopping])
    const text = await Promise.race([bodyOf(response), stopping])
    const { status } = response
    // What is no success becomes an error's words, and a service may repeat what it was sent.
    return { id, status, headers: response.headers, text: response.ok ? text : hide(text), neverLeft: false }
  } catch (cause) {
    const status = response?.status ?? track.status
    if (cause instanceof TooLarge) stop('too_large')
    track.over = true
    // The runtime's fetch ends in the turn in which it is aborted. What goes on is another one around it, and may yet send.
    for (let turns = 0; dispatched && !settled && turns < 20; turns++) await undefined
    return {
      id,
      ...(status !== undefined && { status }),
      ...(response && { headers: response.headers }),
      why: why ?? 'connection',
      cause: why === 'aborted' ? signal?.reason : own ? cause : shown(cause, hide),
      neverLeft: !dispatched || (own && settled && !response && neverLeft(track, cause)),
    }
  } finally {
    cancelTimer?.()
    signal?.removeEventListener('abort', onAbort)
    if (tracks) tracks.push(track)
    else release(track)
  }
}
