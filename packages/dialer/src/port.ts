/** What the dialer asks the service for, in the service's own names. */
export interface PlaceRequest {
  readonly from_number: string
  readonly to_number: string
  readonly dynamic_variables: Readonly<Record<string, string>>
  readonly agent_version_id?: string
}

/** A call as the dialer needs it; an adapter reads it off the service's own. */
export interface PortCall {
  readonly id: string
  readonly status: string
  readonly hasEnded: boolean
  /** Set once the call has ended. */
  readonly outcome?: Outcome
  /** The idempotency key that came back with the call, if any did. */
  readonly key?: string
  readonly to_number?: string
  readonly type?: string
  /** By the service's clock. */
  readonly createdAt: Date
  readonly endedAt?: Date
  /** Answered time in seconds, as the service gave it. */
  readonly seconds?: number
  readonly endReason?: string
}

/** How an ended call went: one vocabulary over the API's two. */
export type Outcome = 'completed' | 'transferred' | 'no_answer' | 'voicemail' | 'failed' | 'other'

/** Why it is known that no call was made. */
export type NotPlaced = 'refused' | 'account' | 'rate_limited' | 'never_left' | 'not_after'

/**
 * What became of one request.
 *
 * `no`: it is known that no call was made. `account`: 401, 403, 404 or 412, which the next lead would meet too.
 * `maybe`: everything else; it is looked up, never sent again.
 */
export type Placement =
  | { readonly placed: 'yes'; readonly call: PortCall }
  | {
      readonly placed: 'no'
      readonly reason: NotPlaced
      readonly code: string
      readonly status?: number
      readonly retryAfterMs?: number
    }
  | { readonly placed: 'maybe'; readonly code: string; readonly status?: number; readonly sentAt?: Date }

export interface Found {
  /** `absent`: listed completely and late enough; `unknown`: anything less. */
  readonly result: 'found' | 'absent' | 'unknown'
  readonly call?: PortCall
  /** Calls to the same number at that time that carry no other key. */
  readonly candidates: readonly PortCall[]
  readonly reason?: string
}

/** The service, as the dialer sees it: adapted to a client by whoever starts the dialer. */
export interface Port {
  /** One request, never repeated by the port. A throw counts as `maybe`. */
  place(
    request: PlaceRequest,
    options: { idempotencyKey: string; notAfter: Date; signal: AbortSignal },
  ): Promise<Placement>
  /** Looks a call up by its key; never throws for what the service answers. */
  find(query: {
    idempotencyKey: string
    to_number: string
    sentAt: Date
    signal: AbortSignal
  }): Promise<Found>
  get(callId: string, options: { signal: AbortSignal }): Promise<PortCall>
  /** Calls created since then, newest first: complete, or it throws. The adapter sees to the server's clock. */
  list(options: { since: Date; signal: AbortSignal }): AsyncIterable<PortCall>
  /** Whether the service would call this number (E.164). */
  isCallable(number: string): boolean
  /** The account's live calls, whoever placed them. */
  activeCalls?(options: { signal: AbortSignal }): AsyncIterable<number>
}
