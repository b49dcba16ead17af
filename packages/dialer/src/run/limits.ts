import { DialerInputError } from '../errors.ts'

/** How fast a dialer goes; all in whole numbers. */
export interface Limits {
  /** The plan's simultaneous calls, for all runners of the ledger together: give each of them the same. @default 1 */
  readonly maxConcurrent?: number
  /** How many of them are left free for others, such as people who call in. @default 0 */
  readonly headroom?: number
  /** Calls a minute, for all runners together: give each of them the same. @default no limit */
  readonly callsPerMinute?: number
  /** The shortest time between two looks at a call, in milliseconds. @default 1000 */
  readonly pollMs?: number
  /** How soon a lead whose request never left is due again, in milliseconds; doubled each time, up to 10 minutes. @default 5000 */
  readonly backoffMs?: number
}

export interface ResolvedLimits {
  readonly slots: number
  readonly callsPerMinute: number
  readonly pollMs: number
  readonly backoffMs: number
}

function whole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new DialerInputError('INVALID_LIMIT', `limits.${name} is a whole number from ${least}, not ${value}`)
}

/** @throws DialerInputError `INVALID_LIMIT` */
export function resolveLimits(limits: Limits): ResolvedLimits {
  const { maxConcurrent = 1, headroom = 0, pollMs = 1000, backoffMs = 5000 } = limits
  const { callsPerMinute = Number.POSITIVE_INFINITY } = limits
  whole('maxConcurrent', maxConcurrent, 1)
  whole('headroom', headroom, 0)
  whole('pollMs', pollMs, 1)
  whole('backoffMs', backoffMs, 1)
  if (callsPerMinute !== Number.POSITIVE_INFINITY) whole('callsPerMinute', callsPerMinute, 1)
  if (headroom >= maxConcurrent) {
    throw new DialerInputError(
      'INVALID_LIMIT',
      `limits.headroom ${headroom} leaves no call of ${maxConcurrent}: give less than limits.maxConcurrent`,
    )
  }
  return { slots: maxConcurrent - headroom, callsPerMinute, pollMs, backoffMs }
}
