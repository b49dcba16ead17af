import type { Outcome } from '@digame/internal'

export type { Outcome }

/** A call to place, in the service's own names. */
export interface PlaceRequest {
  readonly from_number: string
  readonly to_number: string
  readonly dynamic_variables: Readonly<Record<string, string>>
  readonly agent_version_id?: string
}

/** What the dialer needs to know of a call; the port reads it from the service's own. */
export interface PortCall {
  readonly id: string
  readonly status: string
  readonly hasEnded: boolean
  /** Set once the call has ended. */
  readonly outcome?: Outcome
  /** The idempotency key that came back with the call, if one did. */
  readonly key?: string
  readonly to_number?: string
  readonly type?: string
  /** By the service's clock. */
  readonly createdAt: Date
  readonly endedAt?: Date
  /** Answered time in seconds, as the service reports it. */
  readonly seconds?: number
  readonly endReason?: string
  /**
   * Whether the service ended the call without dialling it, because the account had too many simultaneous calls. Nobody was
   * phoned: the attempt is `refused`, counts for nothing, and the run slows down. @default false
   */
  readonly hitConcurrencyLimit?: boolean
}

/**
 * Why it is certain that no call was made.
 *
 * - `lead_refused`: the service itself refused this very lead, for its number or its variables. The lead is done. Report it only
 *   for a response that says so in the service's own words: everybody else in the batch must be unaffected.
 * - `blocked`: any other refusal, such as a wrong API key, an unpaid bill, a proxy or a redirect. The next lead would be refused
 *   too, so the batch stops and the lead is given back. When in doubt, report this one.
 * - `rate_limited`: 429.
 * - `never_left`: the request did not leave this machine.
 * - `not_after`: it was too late to send it.
 */
export type NotPlaced = 'lead_refused' | 'blocked' | 'rate_limited' | 'never_left' | 'not_after'

/**
 * What became of one request to place a call.
 *
 * - `yes`: the call is placed.
 * - `no`: it is certain that no call was made.
 * - `maybe`: anything else. The dialer looks the call up and never sends the request again.
 */
export type Placement =
  | { readonly placed: 'yes'; readonly call: PortCall }
  | {
      readonly placed: 'no'
      readonly reason: NotPlaced
      readonly code: string
      readonly status?: number
      /** The service's `Retry-After`, in milliseconds. */
      readonly retryAfterMs?: number
    }
  | { readonly placed: 'maybe'; readonly code: string; readonly status?: number; readonly sentAt?: Date }

/** The result of looking a call up. */
export interface Found {
  /** `absent`: the calls were listed completely, late enough for this one to be among them. `unknown`: anything less. */
  readonly result: 'found' | 'absent' | 'unknown'
  readonly call?: PortCall
  /** Calls to the same number at that time that carry no other key: one of them may be it. */
  readonly candidates: readonly PortCall[]
  readonly reason?: string
}

/** The service, as the dialer sees it. `@digame/dialer/client` adapts a Diga client to it. */
export interface Port {
  /**
   * Sends one request, and never sends it again. If it throws, the dialer assumes `maybe`.
   *
   * The key must travel with the call: `find`, `get` and `list` return it as `key`. Once `notAfter` has passed, nothing may be
   * sent; return `not_after`. `signal` aborts when the request takes too long; a placement that arrives later still counts.
   */
  place(
    request: PlaceRequest,
    options: { idempotencyKey: string; notAfter: Date; signal: AbortSignal },
  ): Promise<Placement>
  /** Looks a call up by its key. `sentAt` is by this machine's clock. Never throws because of a response of the service. */
  find(query: {
    idempotencyKey: string
    to_number: string
    sentAt: Date
    signal: AbortSignal
  }): Promise<Found>
  /** Reads one call. */
  get(callId: string, options: { signal: AbortSignal }): Promise<PortCall>
  /** Lists the calls created since then, newest first: all of them, or it throws. Allows for a service whose clock differs. */
  list(options: { since: Date; signal: AbortSignal }): AsyncIterable<PortCall>
  /** Whether the service would call this number (E.164). */
  isCallable(number: string): boolean
  /** Reports the number of live calls of the account, no matter who placed them, each time it changes. */
  activeCalls?(options: { signal: AbortSignal }): AsyncIterable<number>
}
