import type { Fetch } from '../options.ts'
import { runtime } from '../runtime.ts'
import type { Settings } from '../settings.ts'
import { BodyTooLarge, readBody } from './body.ts'
import { neverLeft, observe, release, type Track } from './evidence.ts'
import { redactError, removeKey } from './redact.ts'

/** A request that is ready to be sent. */
export interface Outgoing {
  readonly method: string
  /** For messages and events. */
  readonly path: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** How one send ended. */
export type Sent = Whole | Failed

/** A whole response arrived. */
interface Whole {
  readonly id: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly why?: undefined
  readonly cause?: undefined
  readonly neverLeft: false
}

/** No whole response arrived. */
interface Failed {
  readonly id: string
  /** Set as soon as the headers of a response have arrived. */
  readonly status?: number | undefined
  readonly headers?: Headers | undefined
  readonly text?: undefined
  /** Why the whole body did not arrive. */
  readonly why: 'aborted' | 'timeout' | 'connection' | 'too_large' | 'not_after'
  readonly cause?: unknown
  /** Whether there is positive evidence that the request never left this machine. */
  readonly neverLeft: boolean
}

export interface SendOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Called right before the request goes out; `false` holds it back. */
  readonly mayGo?: () => boolean
  /** Receives the track of this send, which the receiver must release. Without it, the track ends with the send. */
  readonly tracks?: Track[]
}

// Taken at import, before anybody is likely to have replaced it: a replacement is somebody else's fetch, and proves nothing.
const runtimeFetch = globalThis.fetch

let unpooled: object | undefined
/** Deno repeats a POST on a pooled connection that was reset, and on a stream that HTTP/2 refused. So neither is used. */
function denoClient(): object {
  const { Deno } = runtime
  if (Deno) unpooled ??= { client: Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false }) }
  return unpooled ?? {}
}

/** What every request passes to fetch. Following a redirect would send it a second time. */
export const requestInit = (
  { method, headers }: Pick<Outgoing, 'method' | 'headers'>,
  id: string,
  signal: AbortSignal,
): Omit<Parameters<Fetch>[1], 'body'> => ({
  method,
  // Our id comes first, where the listeners look first.
  headers: { 'x-request-id': id, ...headers },
  signal,
  redirect: 'manual',
})

/**
 * Sends a request once, with the id as its `x-request-id`.
 *
 * Never throws and never sends again. Resolves when the whole body has arrived, or cannot arrive any more.
 */
export async function send(
  { clock, fetch = globalThis.fetch }: Settings,
  request: Outgoing,
  id: string,
  options: SendOptions,
): Promise<Sent> {
  const { signal, timeoutMs, mayGo, tracks } = options
  const { url, headers, body } = request
  const isRuntimeFetch = fetch === runtimeFetch
  const controller = new AbortController()
  let why: Failed['why'] | undefined
  let fail: (reason: unknown) => void = () => {}
  const stop = (because: Failed['why'], reason?: unknown): void => {
    if (why) return
    why = because
    controller.abort(reason)
    fail(reason)
  }
  const onAbort = (): void => stop('aborted', signal?.reason)
  const track = observe(id, () =>
    stop('connection', new Error('The runtime was about to send the request again.')),
  )
  const arrived: { response?: Response } = {}
  let isSettled = false
  let cancelTimer: (() => void) | undefined
  try {
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    // The hook may abort the request.
    if (!why && mayGo?.() === false) why ??= 'not_after'
    if (why) {
      track.over = true
      return { id, why, cause: signal?.reason, neverLeft: true }
    }
    // One promise around everything, because a caller's fetch may ignore the signal.
    const { response, text } = await new Promise<{ response: Response; text: string }>((resolve, reject) => {
      fail = reject
      cancelTimer = clock.after(timeoutMs, () => stop('timeout'))
      const init = requestInit(request, id, controller.signal)
      fetch(url, body ? { ...init, body, ...denoClient() } : init)
        .then((response) => {
          isSettled = true
          if (!why) arrived.response = response
          readBody(response).then((text) => resolve({ response, text }), reject)
        })
        .catch((failure) => {
          isSettled = true
          reject(failure)
        })
    })
    // The body of a failure goes into an error's message, and a service may repeat what it was sent.
    return {
      id,
      status: response.status,
      headers: response.headers,
      text: response.ok ? text : removeKey(headers, text),
      neverLeft: false,
    }
  } catch (cause) {
    if (cause instanceof BodyTooLarge) stop('too_large')
    track.over = true
    // The runtime's own fetch ends in the turn in which it is aborted. One that goes on wraps it, and may still send.
    for (let turns = 0; !isSettled && turns < 20; turns++) await undefined
    const { response } = arrived
    return {
      id,
      status: response?.status ?? track.status,
      headers: response?.headers,
      why: why ?? 'connection',
      cause: why === 'aborted' ? signal?.reason : isRuntimeFetch ? cause : redactError(cause, headers),
      neverLeft: isRuntimeFetch && isSettled && !response && neverLeft(track, why ? undefined : cause),
    }
  } finally {
    cancelTimer?.()
    signal?.removeEventListener('abort', onAbort)
    if (tracks) tracks.push(track)
    else release(track)
  }
}
