import type { IncomingRequest } from '../contract/request.ts'
import type { Handler } from '../service/handle.ts'
import { createBody, type OpenEnds, onEnd, type Signal } from './fetch-body.ts'
import { connectionClosed, connectionRefused, connectionReset, fetchFailed } from './fetch-errors.ts'
import { type FetchRequest, readFetchArguments } from './fetch-request.ts'

/** A fetch that reaches the mock and nothing else. */
export interface FetchFront {
  readonly fetch: typeof globalThis.fetch
  /** Ends every open stream and every request that waits; later requests are refused like those to a closed port. */
  close(): void
}

/** Sends one request to the mock, without following redirects. */
type Send = (incoming: IncomingRequest, signal: Signal) => Promise<Response>

// Taken before a test can replace it.
const { setImmediate } = globalThis

// A response comes in a later turn of the event loop, as it does from a socket: promises alone would starve timers and
// signals for as long as one request follows another.
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Waits for a response that never comes; rejects when the signal aborts or the mock closes. */
const waitForever = (openEnds: OpenEnds, signal: Signal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (reason: unknown) => {
      forget()
      reject(reason)
    }
    const forget = onEnd(
      openEnds,
      signal,
      () => end(signal?.reason),
      () => end(connectionReset()),
    )
  })

const redirectStatuses = new Set([301, 302, 303, 307, 308])
// The limit of the Fetch standard, "HTTP-redirect fetch".
const maxRedirects = 20

/** Sends a request and follows redirects as fetch does. */
async function followRedirects(
  send: Send,
  { url: first, signal, redirect, ...request }: FetchRequest,
): Promise<Response> {
  let url = first
  let { method, headers, readBody } = request
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const { origin, pathname: path, search } = url
    const response = await send({ method, origin, path, search, headers, readBody }, signal)
    Object.defineProperty(response, 'url', { value: url.href })
    const location = response.headers.get('location')
    if (location === null || !redirectStatuses.has(response.status) || redirect === 'manual') return response
    if (redirect === 'error') throw fetchFailed('unexpected redirect')
    url = new URL(location, url)
    if (url.origin !== origin) headers = { ...headers, authorization: '' }
    if (response.status === 303 || (response.status < 303 && method === 'POST')) {
      method = 'GET'
      readBody = async () => ''
    }
  }
  throw fetchFailed('redirect count exceeded')
}

export function createFetchFront(handle: Handler): FetchFront {
  const openEnds: OpenEnds = new Set()
  let isClosed = false

  const send: Send = async (incoming, signal) => {
    await nextTurn()
    if (signal?.aborted) throw signal.reason
    if (isClosed) throw connectionRefused()
    const reaction = await handle(incoming)
    const { response, fault } = reaction
    if (fault === 'reset_before' || fault === 'reset_after') throw connectionReset()
    if (fault === 'fin') throw connectionClosed()
    if (fault === 'silence') return waitForever(openEnds, signal)
    const { status, headers } = response
    return new Response(createBody(openEnds, signal, reaction), { status, headers: { ...headers } })
  }

  return {
    fetch(input, init) {
      return new Promise((resolve, reject) => {
        const request = readFetchArguments(input, init)
        const { signal } = request
        if (signal?.aborted) return reject(signal.reason)
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        followRedirects(send, request)
          .then(resolve, reject)
          .finally(() => signal?.removeEventListener('abort', abort))
      })
    },
    close() {
      isClosed = true
      for (const end of [...openEnds]) end()
    },
  }
}
