/** Where a package takes its time from; replace it in tests. */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. */
  now(): number
  /** A monotonic clock, in milliseconds since an arbitrary moment. */
  elapsed(): number
  /** Runs a function after `ms` milliseconds; call the returned function to cancel it. */
  after(ms: number, run: () => void): () => void
}

/** The longest time that setTimeout waits, in milliseconds: it fires at once for anything longer. */
export const longestTimeout: number = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimeout))
    return () => clearTimeout(timer)
  },
}
