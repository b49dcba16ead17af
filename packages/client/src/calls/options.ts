import type { RequestOptions } from '../options.ts'

/** Options of `calls.create`. */
export interface CreateOptions extends RequestOptions {
  /**
   * Names this intention to call: 1 to 200 visible ASCII characters. As long as the client remembers a key, it never places a
   * second call for it. @default a random uuid
   */
  readonly idempotencyKey?: string
  /** No request goes out at or after this date. */
  readonly notAfter?: Date
  /** Whether to look a call in doubt up before throwing an error. @default true */
  readonly lookUp?: boolean
}

/** Options of `calls.watch` and `calls.wait`. */
export interface WatchOptions extends RequestOptions {
  /** Time allowed until the call has ended, in milliseconds. @default none */
  readonly deadlineMs?: number
  /** The shortest time between two polls, in milliseconds. @default 1000 */
  readonly intervalMs?: number
}

/** The call that `calls.find` looks up. */
export interface FindQuery {
  readonly idempotencyKey: string
  /** The number that was called. Without it, the result has no `candidates`. */
  readonly to_number?: string
  /** When the request was sent, by the clock of this same machine. */
  readonly sentAt: Date
}
