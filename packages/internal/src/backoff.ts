/** How long to wait between tries. */
export interface BackoffOptions {
  /** The longest wait before the first retry, in milliseconds. */
  readonly firstMs: number
  /** No wait is longer, in milliseconds. */
  readonly maxMs: number
  /**
   * `full` spreads a wait between 0 and its length, `equal` between half of its length and the whole, so that it never gets
   * close to 0. @default 'equal'
   */
  readonly jitter?: 'full' | 'equal'
  /** Returns a number in [0, 1). */
  readonly random: () => number
}

/** The longest wait before retry number `retry` (0 is the first one), in milliseconds: doubled each time, up to a maximum. */
export function exponential(
  retry: number,
  { firstMs, maxMs }: Pick<BackoffOptions, 'firstMs' | 'maxMs'>,
): number {
  // By 2 ** 30 any maximum has been reached. Unlimited, the power becomes Infinity, and Infinity times a `firstMs` of 0 is NaN.
  return Math.min(maxMs, firstMs * 2 ** Math.min(retry, 30))
}

/** The wait before retry number `retry` (0 is the first one), in milliseconds: {@link exponential} with jitter. */
export function backoff(retry: number, { firstMs, maxMs, jitter = 'equal', random }: BackoffOptions): number {
  const ms = exponential(retry, { firstMs, maxMs })
  return jitter === 'full' ? ms * random() : ms * (0.5 + random() / 2)
}
