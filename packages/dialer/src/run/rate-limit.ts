import { backoff, type Clock } from '@digame/internal'

/** How fast new calls may go out: a limit per minute, and none at all while the dialer backs off from the service. */
export interface RateLimit {
  /** How many calls may go out now. */
  free(): number
  /** Milliseconds until {@link RateLimit.free} may grow; 0 if a call may go out now. */
  waitMs(): number
  /** Counts calls that are about to go out. */
  consume(count: number): void
  /** Takes back calls that did not go out after all. */
  refund(count: number): void
  /**
   * Lets nothing out for a while: for `ms` milliseconds if the service named a delay, and at least for a time that doubles with
   * each back-off in a row. Returns the wait in milliseconds.
   */
  backOff(ms?: number): number
  /** The service works again: the next wait is short. */
  succeeded(): void
  /**
   * Lets nothing out for a while, because the account has too many simultaneous calls. The wait doubles each time in a row, until
   * {@link RateLimit.dialled}. Returns what is left of it, in milliseconds.
   */
  hitConcurrencyLimit(): number
  /** A call has ended that held one of the account's slots: calls may go out at once, and the next wait is short. */
  dialled(): void
  /** Divides the calls a minute among this many runners. */
  share(runners: number): void
}

export interface RateLimitOptions {
  readonly clock: Clock
  /** @default no limit */
  readonly perMinute?: number | undefined
  /** The first wait after a call over the account's limit, in milliseconds. @default 5000 */
  readonly limitWaitMs?: number
  /** A number from 0 to 1, to spread waits. */
  readonly random: () => number
}

const minuteMs = 60_000
const waits = { firstMs: 1000, maxMs: 60_000 }
/** The longest delay of the service that is respected; after it the service is asked again. */
const longestRetryAfterMs = 600_000

export function createRateLimit({
  clock,
  perMinute = Number.POSITIVE_INFINITY,
  limitWaitMs = 5000,
  random,
}: RateLimitOptions): RateLimit {
  /** When each call of the last window went out. */
  const sentAt: number[] = []
  let limit = perMinute
  let windowMs = minuteMs
  let closedUntil = Number.NEGATIVE_INFINITY
  let backOffs = 0
  let limitedUntil = Number.NEGATIVE_INFINITY
  let limitHits = 0

  const openAt = (): number => Math.max(closedUntil, limitedUntil)

  const free = (): number => {
    const now = clock.elapsed()
    if (now < openAt()) return 0
    if (limit === Number.POSITIVE_INFINITY) return limit
    while (sentAt[0] !== undefined && sentAt[0] <= now - windowMs) sentAt.shift()
    return Math.max(0, limit - sentAt.length)
  }

  return {
    free,
    waitMs() {
      const now = clock.elapsed()
      if (now < openAt()) return openAt() - now
      if (free() > 0) return 0
      return Math.max(1, (sentAt[sentAt.length - limit] ?? now) + windowMs - now)
    },
    consume(count) {
      if (perMinute === Number.POSITIVE_INFINITY) return
      for (let one = 0; one < count; one++) sentAt.push(clock.elapsed())
    },
    refund(count) {
      sentAt.length = Math.max(0, sentAt.length - count)
    },
    backOff(ms = 0) {
      const waitMs = Math.max(Math.min(ms, longestRetryAfterMs), backoff(backOffs++, { ...waits, random }))
      closedUntil = Math.max(closedUntil, clock.elapsed() + waitMs)
      return waitMs
    },
    succeeded() {
      backOffs = 0
    },
    // Counted apart: the service accepts each of these calls before it ends it.
    hitConcurrencyLimit() {
      const now = clock.elapsed()
      // Calls that go out together are over the limit together, which is one reason to wait.
      if (now >= limitedUntil)
        limitedUntil = now + backoff(limitHits++, { ...waits, firstMs: limitWaitMs, random })
      return limitedUntil - now
    },
    dialled() {
      limitHits = 0
      limitedUntil = Number.NEGATIVE_INFINITY
    },
    share(runners) {
      if (perMinute === Number.POSITIVE_INFINITY) return
      const count = Math.max(1, runners)
      limit = Math.max(1, Math.floor(perMinute / count))
      // More runners than calls a minute: each may send one, in a longer window.
      windowMs = perMinute >= count ? minuteMs : (minuteMs * count) / perMinute
    },
  }
}
