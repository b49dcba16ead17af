import type { Clock } from '@digame/internal'
import type { DigaEvent } from './events.ts'

/**
 * The part of the standard `fetch` that the client uses. Header names are in lower case. `globalThis.fetch` and `mock.fetch`
 * fit.
 */
export type Fetch = (
  url: string,
  init: {
    method: string
    headers: Record<string, string>
    body?: string
    signal: AbortSignal
    redirect: 'manual'
  },
) => Promise<Response>

/** Options of {@link Diga}. All are optional if the environment variable `DIGA_API_KEY` is set. */
export interface DigaOptions {
  /** The API key. @default the environment variable `DIGA_API_KEY` */
  readonly apiKey?: string
  /**
   * The URL of the service. A blank one is an error.
   *
   * @default the environment variable `DIGA_BASE_URL`, or `https://api.diga.io` if that is not set
   */
  readonly baseUrl?: string
  /**
   * Sends the requests. It must send each of them once: do not pass a fetch that retries.
   *
   * With a fetch other than the runtime's own, the client can never prove that a request was not sent. A create that fails
   * without a response is then looked up, and never sent again.
   *
   * @default the runtime's own
   */
  readonly fetch?: Fetch
  /** Time allowed for one request, from sending it to the end of the response body, in milliseconds. @default 60,000 for a create, 30,000 for a GET */
  readonly timeoutMs?: number
  /**
   * How many times a request is sent again after a temporary failure. A create is sent again only when it is certain
   * that no call was made. @default 2
   */
  readonly maxRetries?: number
  /**
   * How long after a send a call may take to appear in the list, in milliseconds. A look-up goes on for this long, and then has
   * 10 more seconds for its final listing. @default 10,000
   */
  readonly settleMs?: number
  /** Headers to add to every request. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Whether the idempotency key is sent as the dynamic variable `digame_key`. Without it, the client cannot recognise a
   * call, and looks nothing up. @default true
   */
  readonly marker?: boolean
  /**
   * Called with every request, response, retry, look-up, recovered call and drift, except for requests of `raw` and
   * `concurrency`. Errors that it throws are ignored.
   */
  readonly onEvent?: (event: DigaEvent) => void
  /** Allows the client to run in a browser, where the API key is public and the service refuses requests by CORS. @default false */
  readonly dangerouslyAllowBrowser?: boolean
  /** The source of time, for tests. @default the system's clocks and timers */
  readonly clock?: Clock
  /** Returns a number in [0, 1), for jitter; replace it in tests. @default `Math.random` */
  readonly random?: () => number
}

/** Options of one method call. */
export interface RequestOptions {
  /** Aborts the request, and the wait before a retry. */
  readonly signal?: AbortSignal
  /**
   * Time allowed for one request, from sending it to the end of the response body, in milliseconds.
   *
   * @default the client's, or else 60,000 for a create and 30,000 for a read
   */
  readonly timeoutMs?: number
  /**
   * How many times the request is sent again after a temporary failure. A create is sent again only when it is certain that no
   * call was made. @default the client's, or 2
   */
  readonly maxRetries?: number
  /** Headers to add. A value for `x-request-id` is sent as `x-client-request-id`. */
  readonly headers?: Readonly<Record<string, string>>
}
