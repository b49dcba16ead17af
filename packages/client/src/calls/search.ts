import type { Call } from '../call.ts'

/** What a look-up found. */
export interface Found {
  /**
   * - `found`: the call carries the key.
   * - `absent`: every call since the send was listed, late enough, and none carries the key. This does not permit you to send again.
   * - `unknown`: the look-up could not be completed; `reason` says why.
   */
  readonly result: 'found' | 'absent' | 'unknown'
  readonly call?: Call
  /** Outbound calls to the number since the send that carry no other key. One of them may be the call. */
  readonly candidates: readonly Call[]
  /**
   * Why the result is `unknown`:
   *
   * - `forbidden`: the API key may not list calls
   * - `list_failed`: a listing failed, timed out, or contained a call without an id
   * - `cut_short`: the list promised more calls, but its next page brought nothing new
   * - `no_server_clock`: a response had no `Date` header, so nothing says which calls are recent
   * - `clock_went_back`: `sentAt` lies in the future
   * - `no_marker`: the client was made with `marker: false`, so no call carries its key
   */
  readonly reason?:
    | 'forbidden'
    | 'list_failed'
    | 'cut_short'
    | 'no_server_clock'
    | 'clock_went_back'
    | 'no_marker'
}

/** What to look up. Times are durations, because readings of two different clocks must never be compared. */
export interface Search {
  readonly key: string
  readonly to: string | undefined
  /** How long ago the send was, in milliseconds. May be too much, never too little. */
  readonly ageMs: () => number
  /** How long ago the send was at least, in milliseconds, by a monotonic clock. */
  readonly settledMs: () => number
  /** How wrong the clocks behind `ageMs` may be, in milliseconds. */
  readonly slackMs: number
  readonly signal: AbortSignal | undefined
}
