/** Where a package takes its time from; replace it in tests. */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. */
  now(): number
  /** A monotonic clock, in milliseconds since an arbitrary moment. */
  elapsed(): number
  /** Runs a function after `ms` milliseconds; call the returned function to cancel it. */
  after(ms: number, run: () => void): () => void
}

// setTimeout fires at once for anything longer.
const longestTimeout = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimeout))
    return () => clearTimeout(timer)
  },
}

function unref(timer: unknown): void {
  const isNodeTimer = typeof timer === 'object' && timer !== null && 'unref' in timer
  if (isNodeTimer && typeof timer.unref === 'function') timer.unref()
}

/** The machine's own clock, with timers that do not keep a Node process alive. */
export const unrefClock: Clock = {
  ...systemClock,
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimeout))
    unref(timer)
    return () => clearTimeout(timer)
  },
}
