import type { Placed } from '../errors.ts'
import type { Sent } from './send.ts'

/**
 * Statuses outside 400 to 417 that prove that no call was made, because the service, or a gateway in front of it, refused
 * to act. For 429 this is an assumption: the service does not document it.
 */
const refusals = new Set([307, 308, 421, 422, 426, 428, 429, 431])

/** Statuses within 400 to 417 that prove nothing: the request timed out, conflicted, or asked for a range. */
const inconclusive = new Set([408, 409, 416])

/** Whether a call may exist after this send, which did not end with a readable call. */
export function placedAfter({ neverLeft, status = 0 }: Sent): Placed {
  const isRefused = (status >= 400 && status <= 417 && !inconclusive.has(status)) || refusals.has(status)
  return neverLeft || isRefused ? 'no' : 'maybe'
}
