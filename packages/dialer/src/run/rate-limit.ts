/** How fast new calls may go out: so many a minute, and slower for a while after an answer that asks for it. */
import type { Clock } from '../clock.ts'

export interface Pace {
  /** How many may go out now. */
  free(): number
  /** How long until {@link Pace.free} may grow, in milliseconds; 0 if something is free. */
  waitMs(): number
  /** So many were taken. */
  took(count: number): void
  /** They did not go out after all. */
  gaveBack(count: number): void
  /** The service asked for less, or broke: nothing goes out for so long, or for ever longer each time. */
  slow(ms?: number): number
  /** It answers again. */
  well(): void
  /** So many runners share what is allowed a minute. */
  share(runners: number): void
}

export interface PaceOptions {
  readonly clock: Clock
  /** @default no limit */
  readonly perMinute?: number | undefined
  /** A number from 0 to 1, to spread waits. */
  readonly random: () => number
}

const minute = 60_000
const shortest = 1000
const longest = 60_000
/** What a service may ask for; then it is asked again. */
const mostAsked = 600_000

export function createPace({ clock, perMinute = Number.POSITIVE_INFINITY, random }: PaceOptions): Pace {
  /** When each of the last window's went out. */
  const taken: number[] = []
  let most = perMinute
  let windowMs = minute
  let closedUntil = Number.NEGATIVE_INFINITY
  let troubles = 0

  const forget = (): void => {
    const since = clock.elapsed() - windowMs
    while (taken[0] !== undefined && taken[0] <= since) taken.shift()
  }

  const free = (): number => {
    if (clock.elapsed() < closedUntil) return 0
    if (most === Number.POSITIVE_INFINITY) return most
    forget()
    return Math.max(0, most - taken.length)
  }

  return {
    free,
    waitMs() {
      const now = clock.elapsed()
      if (now < closedUntil) return closedUntil - now
      if (free() > 0) return 0
      return Math.max(1, (taken[taken.length - most] ?? now) + windowMs - now)
    },
    took(count) {
      if (perMinute === Number.POSITIVE_INFINITY) return
      for (let one = 0; one < count; one++) taken.push(clock.elapsed())
    },
    gaveBack(count) {
      taken.length = Math.max(0, taken.length - count)
    },
    slow(ms) {
      troubles++
      const backoff = Math.min(longest, shortest * 2 ** Math.min(troubles - 1, 10))
      const waitMs = Math.max(Math.min(ms ?? 0, mostAsked), backoff * (0.5 + 0.5 * random()))
      closedUntil = Math.max(closedUntil, clock.elapsed() + waitMs)
      return waitMs
    },
    well() {
      troubles = 0
    },
    share(runners) {
      if (perMinute === Number.POSITIVE_INFINITY) return
      const count = Math.max(1, runners)
      most = Math.max(1, Math.floor(perMinute / count))
      // More runners than calls a minute: each has one, less often.
      windowMs = perMinute >= count ? minute : (minute * count) / perMinute
    },
  }
}
