import { type DigaError, type DigaErrorFields, type Placed, refuse } from '../errors.ts'
import { abortErrorOf, errorOf } from '../http/failure.ts'
import { placedAfter } from '../http/placed.ts'
import type { Sent } from '../http/send.ts'
import type { Intention } from './intention.ts'

export const createRoute: { readonly method: 'POST'; readonly path: '/v1/call/' } = {
  method: 'POST',
  path: '/v1/call/',
}

/** The fields that every error of an intention has. */
const fieldsOf = ({ key, sentAt }: Pick<Intention, 'key' | 'sentAt'>, placed: Placed) => ({
  idempotencyKey: key,
  sentAt: sentAt === undefined ? undefined : new Date(sentAt),
  placed,
})

/** The error of a create that did not bring a readable call. @param now for `Retry-After`, in milliseconds since 1970 */
export function createError(sent: Sent, intention: Intention, now: number): DigaError {
  return errorOf(createRoute, sent, now, fieldsOf(intention, placedAfter(sent)))
}

/** The error of a caller whose signal aborted. */
export const abortError = (
  cause: unknown,
  placed: Placed,
  intention: Pick<Intention, 'key' | 'sentAt'>,
): DigaError => abortErrorOf(createRoute, cause, fieldsOf(intention, placed))

/** @throws DigaInvalidCallError */
export const refuseReusedKey = (intention: Intention): never =>
  refuse(
    'IDEMPOTENCY_KEY_REUSED',
    'POST /v1/call/ was not sent: its idempotency key was used with another body; use a new key.',
    fieldsOf(intention, 'maybe'),
  )

/**
 * Copies an error, so that the copy's stack leads to the line of the caller who waits here.
 *
 * @param candidates calls that a look-up found instead; by default those that the error already has
 */
export function copyError(
  error: DigaError,
  candidates: DigaErrorFields['candidates'] = error.candidates,
): DigaError {
  const Type = error.constructor as new (message: string, fields: DigaErrorFields) => DigaError
  return new Type(error.message, { ...error, cause: error.cause, candidates })
}
