import { DialerInputError } from '../errors.ts'

/** How fast a dialer goes. All are whole numbers. */
export interface Limits {
  /** Simultaneous calls that the account allows, for all runners of the ledger together: give each runner the same number. @default 1 */
  readonly maxConcurrent?: number
  /** How many of `maxConcurrent` stay free for others, such as people who call in. @default 0 */
  readonly headroom?: number
  /** Calls a minute, for all runners together: give each runner the same number. @default no limit */
  readonly callsPerMinute?: number
  /** The shortest time between two polls of one call, in milliseconds. @default 1000 */
  readonly pollMs?: number
  /**
   * The wait before a lead is due again whose attempt was refused for now, such as with 429, in milliseconds. It doubles with
   * each such refusal in a row, up to 10 minutes. It is also the first wait between calls while the account has too many at once.
   * @default 5000
   */
  readonly backoffMs?: number
}

export interface ResolvedLimits {
  /** `maxConcurrent` without `headroom`. */
  readonly slots: number
  readonly callsPerMinute: number
  readonly pollMs: number
  readonly backoffMs: number
}

function assertWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new DialerInputError(
    'INVALID_LIMIT',
    `limits.${name} is ${value}: give a whole number of ${least} or more.`,
  )
}

/** @throws DialerInputError `INVALID_LIMIT` */
export function resolveLimits(limits: Limits): ResolvedLimits {
  const { maxConcurrent = 1, headroom = 0, pollMs = 1000, backoffMs = 5000 } = limits
  const { callsPerMinute = Number.POSITIVE_INFINITY } = limits
  assertWhole('maxConcurrent', maxConcurrent, 1)
  assertWhole('headroom', headroom, 0)
  assertWhole('pollMs', pollMs, 1)
  assertWhole('backoffMs', backoffMs, 1)
  if (callsPerMinute !== Number.POSITIVE_INFINITY) assertWhole('callsPerMinute', callsPerMinute, 1)
  if (headroom >= maxConcurrent) {
    throw new DialerInputError(
      'INVALID_LIMIT',
      `limits.headroom ${headroom} leaves none of ${maxConcurrent} calls: give less than limits.maxConcurrent.`,
    )
  }
  return { slots: maxConcurrent - headroom, callsPerMinute, pollMs, backoffMs }
}
