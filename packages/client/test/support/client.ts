import { inspect } from 'node:util'
import {
  Diga,
  type DigaError,
  type DigaEvent,
  type DigaOptions,
  DigaError as ErrorType,
  type Fetch,
} from '@digame/client'
import type { TestClock } from '@digame/test-support'
import { afterEach, expect } from 'vitest'
import { testClock } from './clock.ts'

export const apiKey: string = `sk-${'test'.repeat(16)}`
export const to = '+34612345678'
export const from = '+34918273645'
export const body: { readonly from_number: string; readonly to_number: string } = {
  from_number: from,
  to_number: to,
}

/** A request, as the service would see it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it sent
  readonly body: any
  readonly signal: AbortSignal
  /** By the monotonic clock, in milliseconds. */
  readonly at: number
  readonly init: Parameters<Fetch>[1]
}

export type Handler = (request: Seen) => Response | Promise<Response>

export interface Setup {
  readonly diga: Diga
  readonly clock: TestClock
  /** The fetch of the client. */
  readonly fetch: Fetch
  readonly events: DigaEvent[]
  /** Every request that was sent. */
  readonly requests: Seen[]
  /** The creates among them. */
  readonly posts: Seen[]
}

const shown = new Map<string, unknown>()

/** Remembers an error, an event or a client, to search it for secrets after the test. */
export function remember(what: string, value: unknown): void {
  shown.set(`${what} ${shown.size}`, value)
}

/** Every form in which a value is commonly printed. */
export function printed(value: unknown): string {
  const { stack, message } = value as { stack?: unknown; message?: unknown }
  return [inspect(value, { depth: Number.POSITIVE_INFINITY }), JSON.stringify(value), stack, message].join(
    '\n',
  )
}

afterEach(() => {
  const all = [...shown]
  shown.clear()
  for (const [what, value] of all) {
    const text = printed(value)
    expect(text, what).not.toContain(apiKey.slice(3, 20))
    for (const number of [to, from])
      expect(text.replace(/[\s().+-]/g, ''), what).not.toContain(number.slice(3))
  }
})

/** A client on a handler in place of the network, and on a clock that stands still. */
export function setup(handler: Handler, options: DigaOptions = {}, clock: TestClock = testClock()): Setup {
  const requests: Seen[] = []
  const posts: Seen[] = []
  const events: DigaEvent[] = []
  const fetch: Fetch = async (url, init) => {
    const { pathname, searchParams } = new URL(url)
    const request: Seen = {
      method: init.method,
      path: pathname,
      query: searchParams,
      headers: init.headers,
      body: init.body === undefined ? undefined : JSON.parse(init.body),
      signal: init.signal,
      at: clock.elapsed(),
      init,
    }
    // An endless loop of requests ends here, so that its test fails instead of hanging.
    if (requests.length >= 50_000) throw new Error('There is no end of requests.')
    requests.push(request)
    if (request.method === 'POST') posts.push(request)
    return handler(request)
  }
  const diga = new Diga({
    apiKey,
    baseUrl: 'http://api.test',
    fetch,
    clock,
    random: () => 0.5,
    ...options,
    onEvent(event) {
      remember('event', event)
      events.push(event)
      return options.onEvent?.(event)
    },
  })
  remember('client', diga)
  remember('calls', diga.calls)
  return { diga, clock, fetch, events, requests, posts }
}

/** The error that a promise rejects with. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<DigaError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error(`It did not fail: ${inspect(outcome.value)}`)
  const { error } = outcome
  remember('error', error)
  expect(error).toBeInstanceOf(ErrorType)
  expect((error as DigaError).message.length).toBeLessThan(200)
  return error as DigaError
}

/** Never responds. Rejects when the signal aborts, as a real request does; with `deaf`, not even then. */
export function silence(request: { readonly signal: AbortSignal }, deaf = false): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(request.signal.reason)
    if (deaf) return
    if (request.signal.aborted) stop()
    request.signal.addEventListener('abort', stop)
  })
}

/** The error that undici throws if a connection breaks after the request was written. */
export function reset(): TypeError {
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
  })
}

/** The error that undici throws if nothing listens on the port. */
export function refused(): TypeError {
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
  })
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
