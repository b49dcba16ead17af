import type { Arrival } from '../contract/request.ts'
import type { Answer } from '../contract/responses.ts'
import type { Core, Outcome } from '../service/handle.ts'
import { closed, failed, refused, reset, terminated } from './fetch-errors.ts'
import { type Sent, sentBy } from './fetch-request.ts'

/** A fetch that reaches the mock and nothing else. */
export interface FetchFront {
  readonly fetch: typeof globalThis.fetch
  /** Ends every open stream and every request that waits; later requests find nobody listening. */
  close(): void
}

type Signal = AbortSignal | undefined

/** How a body goes on after its beginning. */
interface Rest {
  /** Breaks off as soon as more is wanted than the beginning. */
  readonly torn?: boolean
  readonly stream?: Answer['stream'] | undefined
}

// Taken before a test can replace it: an answer comes in a later turn of the event loop, as it does from a socket;
// promises alone would starve timers and signals for as long as requests follow each other.
const { setImmediate } = globalThis
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const redirects = new Set([301, 302, 303, 307, 308])
const bodiless = new Set([204, 205, 304])
const maxRedirects = 20

const half = (text: string) => text.slice(0, Math.floor(text.length / 2))

export function createFetchFront(core: Core): FetchFront {
  const open = new Set<() => void>()
  let listening = true

  /** Runs `aborted` when the signal aborts, `ended` when the mock closes; the function returned ends both. */
  const until = (signal: Signal, aborted: () => void, ended: () => void) => {
    open.add(ended)
    signal?.addEventListener('abort', aborted)
    return () => {
      open.delete(ended)
      signal?.removeEventListener('abort', aborted)
    }
  }

  const silence = (signal: Signal): Promise<never> =>
    new Promise((_, reject) => {
      const settle = (reason: unknown) => {
        forget()
        reject(reason)
      }
      const forget = until(
        signal,
        () => settle(signal?.reason),
        () => settle(reset()),
      )
    })

  const flow = (beginning: string, signal: Signal, { torn = false, stream }: Rest) => {
    const encoder = new TextEncoder()
    let finish = () => {}
    let breakOff = () => {}
    return new ReadableStream<Uint8Array>({
      start(controller) {
        const fail = (error: unknown) => {
          finish()
          controller.error(error)
        }
        breakOff = () => fail(terminated())
        const forget = until(signal, () => fail(signal?.reason), breakOff)
        controller.enqueue(encoder.encode(beginning))
        const stop = stream?.((text) => controller.enqueue(encoder.encode(text)))
        finish = () => {
          forget()
          stop?.()
        }
      },
      pull: () => {
        if (torn) breakOff()
      },
      cancel: () => finish(),
    })
  }

  const bodyOf = ({ answer: { status, body, stream }, fault }: Outcome, signal: Signal) => {
    if (fault !== undefined) return flow(half(body), signal, { torn: fault === 'half_body' })
    if (stream !== undefined) return flow(body, signal, { stream })
    return bodiless.has(status) ? null : body
  }

  const dispatch = async (arrival: Arrival, signal: Signal): Promise<Response> => {
    await turn()
    if (signal?.aborted) throw signal.reason
    if (!listening) throw refused()
    const outcome = await core(arrival)
    const { answer, fault } = outcome
    if (fault === 'reset_before' || fault === 'reset_after') throw reset()
    if (fault === 'fin') throw closed()
    if (fault === 'silence') return silence(signal)
    return new Response(bodyOf(outcome, signal), { status: answer.status, headers: { ...answer.headers } })
  }

  const follow = async ({ url: first, signal, redirect, ...sent }: Sent): Promise<Response> => {
    let url = first
    let { method, headers, body } = sent
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const { origin, pathname: path, search } = url
      const response = await dispatch({ method, origin, path, search, headers, body }, signal)
      Object.defineProperty(response, 'url', { value: url.href })
      const location = response.headers.get('location')
      if (location === null || !redirects.has(response.status) || redirect === 'manual') return response
      if (redirect === 'error') throw failed('unexpected redirect')
      url = new URL(location, url)
      if (url.origin !== origin) headers = { ...headers, authorization: '' }
      if (response.status === 303 || (response.status < 303 && method === 'POST')) {
        method = 'GET'
        body = async () => ''
      }
    }
    throw failed('redirect count exceeded')
  }

  return {
    fetch(input, init) {
      return new Promise((resolve, reject) => {
        const sent = sentBy(input, init)
        const { signal } = sent
        if (signal?.aborted) return reject(signal.reason)
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        follow(sent)
          .then(resolve, reject)
          .finally(() => signal?.removeEventListener('abort', abort))
      })
    },
    close() {
      listening = false
      for (const end of [...open]) end()
    },
  }
}
