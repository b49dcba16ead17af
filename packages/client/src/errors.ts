import type { Call } from './call.ts'

/**
 * Whether a call may exist although `create` failed.
 *
 * `no`: it is certain that no call was made. `maybe`: anything else, the phone may be ringing.
 */
export type Placed = 'no' | 'maybe'

/** One thing that the service found wrong with a request. */
export interface ApiIssue {
  /** Where it is, such as `body.to_number`. */
  readonly path: string
  readonly message: string
  /** The service's code for it, such as `missing`. */
  readonly type: string
}

/** What a {@link DigaError} is made from. */
export interface DigaErrorFields {
  readonly code: string
  readonly cause?: unknown
  readonly requestId?: string | undefined
  readonly status?: number | undefined
  readonly placed?: Placed | undefined
  readonly idempotencyKey?: string | undefined
  readonly sentAt?: Date | undefined
  readonly candidates?: readonly Call[] | undefined
}

/**
 * The base class of every error that this library throws.
 *
 * `calls.create` sets `placed`, `idempotencyKey`, `sentAt` and `candidates`; a POST of `raw` sets `placed`. An error of this
 * library contains neither an API key nor an unmasked phone number.
 */
export class DigaError extends Error {
  override readonly name: string = 'DigaError'
  /** A stable code in SCREAMING_SNAKE_CASE: the service's own if it sent one. */
  declare readonly code: string
  /** The id that the response carried as `x-request-id`, or else the one that the request carried. */
  declare readonly requestId?: string
  /** The HTTP status, if a response had begun. */
  declare readonly status?: number
  /** Whether a call may exist although `create` failed. */
  declare readonly placed?: Placed
  /** Names the intention to call: pass it to `create` or `find` to ask about the same call again. */
  declare readonly idempotencyKey?: string
  /** When the first request was passed to fetch, by this machine's clock; absent if none was. */
  declare readonly sentAt?: Date
  /**
   * Calls to the same number that may be the one in doubt, if the client looked it up.
   *
   * Not enumerable, because a call contains phone numbers and errors get printed.
   */
  declare readonly candidates?: readonly Call[]

  constructor(message: string, { cause, candidates, ...fields }: DigaErrorFields) {
    super(message, cause === undefined ? undefined : { cause })
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) Object.assign(this, { [name]: value })
    }
    if (candidates) Object.defineProperty(this, 'candidates', { value: candidates })
  }
}

/** The client is set up wrongly: no API key, an invalid base URL or option, or it runs in a browser. */
export class DigaConfigError extends DigaError {
  override readonly name = 'DigaConfigError'
}

/** An argument is invalid, and nothing was sent. The code is the service's own if it has one for this. */
export class DigaInvalidCallError extends DigaError {
  override readonly name = 'DigaInvalidCallError'
}

/** @throws DigaInvalidCallError */
export function refuse(code: string, message: string, fields?: Partial<DigaErrorFields>): never {
  throw new DigaInvalidCallError(message, { ...fields, code })
}

/** The service responded with a status outside 200 to 299. */
export class DigaApiError extends DigaError {
  override readonly name = 'DigaApiError'
  declare readonly status: number
  /** What is wrong with the request; empty unless the status is 422. */
  declare readonly issues: readonly ApiIssue[]
  /** How long the service asks you to wait before you try again, in milliseconds. */
  declare readonly retryAfterMs?: number

  constructor(
    message: string,
    fields: DigaErrorFields & { issues?: readonly ApiIssue[]; retryAfterMs?: number | undefined },
  ) {
    super(message, fields)
    this.issues = fields.issues ?? []
  }
}

/** No connection could be made, or it broke before a response began. */
export class DigaConnectionError extends DigaError {
  override readonly name = 'DigaConnectionError'
}

/** A time limit passed: that of one request (`TIMEOUT`), `notAfter` (`NOT_AFTER`) or `deadlineMs` (`DEADLINE`). */
export class DigaTimeoutError extends DigaError {
  override readonly name = 'DigaTimeoutError'
}

/** Your signal aborted; its reason is the `cause`. */
export class DigaAbortError extends DigaError {
  override readonly name = 'DigaAbortError'
}

/** The response is a success, but its body cannot be read: it is cut off, too large, not JSON or of the wrong shape. */
export class DigaResponseError extends DigaError {
  override readonly name = 'DigaResponseError'
}
