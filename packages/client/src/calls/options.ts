import type { RequestOptions } from '../options.ts'

/** Options of `calls.create`. If it joins another create of the same key that is in progress, only `signal` has an effect. */
export interface CreateOptions extends RequestOptions {
  /**
   * Names this intention to call: 1 to 200 visible ASCII characters.
   *
   * As long as this client remembers a key, it never places a second call for it. It remembers every key in progress, and the
   * newest 10,000 each of placed calls and of calls in doubt. Another process, or the same one after a restart, remembers none.
   *
   * @default a random uuid
   */
  readonly idempotencyKey?: string
  /** No request goes out at or after this date; the error then has the code `NOT_AFTER`. @default none */
  readonly notAfter?: Date
  /** Whether to look a call in doubt up before throwing an error. If not, look it up later with `calls.find`. @default true */
  readonly lookUp?: boolean
  /**
   * Ends your wait at once. The request itself is aborted when everybody who waits for the same key has aborted. An abort after
   * the request went out leaves the call in doubt: `placed` is `'maybe'`, and the client does not look it up.
   */
  readonly signal?: AbortSignal
}

/** Options of `calls.watch` and `calls.wait`. */
export interface WatchOptions extends RequestOptions {
  /**
   * Time allowed until the call has ended, in milliseconds. Then a DigaTimeoutError with the code `DEADLINE` is thrown; the call
   * goes on. @default none
   */
  readonly deadlineMs?: number
  /**
   * Time between two polls, in milliseconds, give or take a fifth. During a conversation it grows up to ten times as long.
   * @default 1000
   */
  readonly intervalMs?: number
}

/** The call that `calls.find` looks up. */
export interface FindQuery {
  /** The key that the call was created with. */
  readonly idempotencyKey: string
  /** The number that was called. Without it, the result has no `candidates`. */
  readonly to_number?: string
  /**
   * When the request was sent, by the clock of this same machine: `sentAt` of the error. If there is none, because the process
   * died, pass a date right before the create. A later date than the true one could miss the call.
   */
  readonly sentAt: Date
}
