import type { Call } from './call.ts'

/**
 * What is known of a call that could not be confirmed.
 *
 * `no`: it is known that no call was made. `maybe`: everything else; the phone may be ringing.
 */
export type Placed = 'no' | 'maybe'

/** One thing that is wrong with a request, by the service's own check. */
export interface ApiIssue {
  /** Where, such as `body.to_number`. */
  readonly path: string
  readonly message: string
  /** The service's code for it, such as `missing`. */
  readonly type: string
}

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
 * Whatever this library throws.
 *
 * `placed`, `idempotencyKey`, `sentAt` and `candidates` are set by `calls.create`; `placed` also by a POST of `raw`.
 * Neither an API key nor an unmasked phone number stands in an error of the library.
 */
export class DigaError extends Error {
  override readonly name: string = 'DigaError'
  /** A stable code in SCREAMING_SNAKE_CASE; the service's own where it gave one. */
  readonly code: string
  /** The id that the request carried as `x-request-id`, or the one that the service answered with. */
  declare readonly requestId?: string
  /** The HTTP status, where an answer had begun. */
  declare readonly status?: number
  /** Whether a call may exist although `create` failed. */
  declare readonly placed?: Placed
  /** Names the intention to call: give it to `create` or `find` again. */
  declare readonly idempotencyKey?: string
  /** When the first request was handed to fetch, by this machine's clock; absent if none was. */
  declare readonly sentAt?: Date
  /**
   * Calls to the same number that may be the one in doubt, if they were looked up.
   *
   * Not enumerable: a call holds phone numbers, and errors are printed.
   */
  declare readonly candidates?: readonly Call[]

  constructor(message: string, { cause, candidates, ...fields }: DigaErrorFields) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = fields.code
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) Object.assign(this, { [name]: value })
    }
    if (candidates) Object.defineProperty(this, 'candidates', { value: candidates })
  }
}

/** The client was set up wrongly: no API key, a base URL that is none, a browser. */
export class DigaConfigError extends DigaError {
  override readonly name = 'DigaConfigError'
}

/** An argument is wrong; nothing was sent. Codes are the service's own where it has one. */
export class DigaInvalidCallError extends DigaError {
  override readonly name = 'DigaInvalidCallError'
}

/** The service answered with a status that is not a success. */
export class DigaApiError extends DigaError {
  override readonly name = 'DigaApiError'
  declare readonly status: number
  /** What is wrong with the request, one entry each; empty unless the status is 422. */
  readonly issues: readonly ApiIssue[]
  /** How long the service asks to wait before trying again, in milliseconds. */
  declare readonly retryAfterMs?: number

  constructor(
    message: string,
    fields: DigaErrorFields & { issues?: readonly ApiIssue[]; retryAfterMs?: number | undefined },
  ) {
    const { issues = [], retryAfterMs, ...rest } = fields
    super(message, rest)
    this.issues = issues
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

/** The connection could not be made, or broke before an answer began. */
export class DigaConnectionError extends DigaError {
  override readonly name = 'DigaConnectionError'
}

/** A deadline passed: of one request (`TIMEOUT`), of `notAfter` (`NOT_AFTER`) or of a wait (`DEADLINE`). */
export class DigaTimeoutError extends DigaError {
  override readonly name = 'DigaTimeoutError'
}

/** The caller's signal aborted; its reason is the `cause`. */
export class DigaAbortError extends DigaError {
  override readonly name = 'DigaAbortError'
}

/** A success whose body cannot be read: cut, too large, not JSON, or not what was asked for. */
export class DigaResponseError extends DigaError {
  override readonly name = 'DigaResponseError'
}
