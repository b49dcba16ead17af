/** How a wait grows from one retry to the next. */
export interface Growth {
  /** The longest wait before the first retry, in milliseconds. */
  readonly firstMs: number
  /** No wait is longer, in milliseconds. */
  readonly maxMs: number
}

export interface BackoffOptions extends Growth {
  /** Returns a number in [0, 1). */
  readonly random: () => number
}

/** The longest wait before retry number `retry` (0 is the first one), in milliseconds: doubled each time, up to a maximum. */
export function exponential(retry: number, { firstMs, maxMs }: Growth): number {
  // By 2 ** 30 any maximum has been reached. Unlimited, the power becomes Infinity, and Infinity times a `firstMs` of 0 is NaN.
  return Math.min(maxMs, firstMs * 2 ** Math.min(retry, 30))
}

/** A wait with equal jitter, in milliseconds: from half of its length to the whole, so that it never gets close to 0. */
export const backoff = (retry: number, options: BackoffOptions): number =>
  exponential(retry, options) * (0.5 + options.random() / 2)

/** A wait with full jitter, in milliseconds: from 0 to its whole length, so that clients that failed together spread out most. */
export const fullBackoff = (retry: number, options: BackoffOptions): number =>
  exponential(retry, options) * options.random()

/** Varies a wait by up to a fifth either way, so that waits that begin together do not end together. */
export const spread = (ms: number, random: () => number): number => ms * (0.8 + 0.4 * random())
