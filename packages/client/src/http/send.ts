import type { Clock } from '../clock.ts'
import { maskNumbers } from '../number.ts'
import type { Fetch } from '../options.ts'
import { neverLeft, observe, release, type Track } from './evidence.ts'

/** A request, ready to go. */
export interface Outgoing {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
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

const redirect = 'manual'

/** The whole body. @throws if it is too large */
export function bodyOf(response: Response): Promise<string> {
  const { headers, body } = response
  const length = Number(headers.get('content-length'))
  if (length > longestBody) throw new TooLarge()
  // The length of an encoded body says nothing of the decoded one.
  return !body || (length > 0 && !headers.get('content-encoding')) ? response.text() : counted(body)
}

async function counted(body: ReadableStream<Uint8Array>): Promise<string> {
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

function withoutKey(headers: Outgoing['headers'], text: string): string {
  const key = headers['authorization']?.slice('Bearer '.length)
  // Shorter ones are words, such as a mock takes, and no secrets; words stand in messages and in codes.
  return key && key.length >= 8 ? text.replaceAll(key, 'sk-…') : text
}

/** What may be printed of an error of somebody else's fetch: not what hangs on it, such as the request. */
function shown(error: unknown, headers: Outgoing['headers'], depth = 0): unknown {
  const { name, message, stack, code, cause } = (error ?? {}) as Error & { code?: unknown }
  if (typeof message !== 'string' || depth > 4) return undefined
  const words = (text: string): string => maskNumbers(withoutKey(headers, text))
  const copy = new Error(words(message), { cause: shown(cause, headers, depth + 1) })
  return Object.assign(copy, { name, code, stack: words(String(stack)) })
}

/** Dispatches once, under the `x-request-id` that names this send. Never throws, never sends again, and is done when the body has arrived or cannot. */
export async function send(request: Outgoing, id: string, options: SendOptions): Promise<Sent> {
  const { clock, signal, timeoutMs, mayGo, tracks, fetch = globalThis.fetch } = options
  const { method, url, headers, body } = request
  const own = fetch === runtimeFetch
  const controller = new AbortController()
  let why: Sent['why']
  let fail: (reason: unknown) => void = () => {}
  const stop = (because: Sent['why'], reason?: unknown): void => {
    if (why) return
    why = because
    controller.abort(reason)
    fail(reason)
  }
  const onAbort = (): void => stop('aborted', signal?.reason)
  const track = observe(id, () =>
    stop('connection', new Error('The runtime was about to send the request again.')),
  )
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
    // One promise around all, as the fetch of a caller may be deaf to the signal.
    const text = await new Promise<string>((resolve, reject) => {
      fail = reject
      cancelTimer = clock.after(timeoutMs, () => stop('timeout'))
      dispatched = true
      // Ours comes first, where the evidence looks first.
      const named = { 'x-request-id': id, ...headers }
      const { signal } = controller
      fetch(
        url,
        body
          ? { method, headers: named, body, signal, redirect, ...denoClient() }
          : { method, headers: named, signal, redirect },
      )
        .then((answer) => {
          settled = true
          if (!why) response = answer
          bodyOf(answer).then(resolve, reject)
        })
        .catch((failure) => {
          settled = true
          reject(failure)
        })
    })
    const { status, headers: told, ok } = response as unknown as Response
    // What is no success becomes an error's words, and a service may repeat what it was sent.
    return { id, status, headers: told, text: ok ? text : withoutKey(headers, text), neverLeft: false }
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
      cause: why === 'aborted' ? signal?.reason : own ? cause : shown(cause, headers),
      neverLeft: !dispatched || (own && settled && !response && neverLeft(track, why ? undefined : cause)),
    }
  } finally {
    cancelTimer?.()
    signal?.removeEventListener('abort', onAbort)
    if (tracks) tracks.push(track)
    else release(track)
  }
}
