/** The time as the mock sees it; replace it to test without waiting. */
export interface Clock {
  /** The wall time in milliseconds since 1970. */
  now(): number
  /** Runs `run` once after `ms` milliseconds; the function returned cancels it. */
  after(ms: number, run: () => void): () => void
}

// setTimeout fires at once for anything longer.
const longest = 2 ** 31 - 1

/** The machine's own clock; its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longest)).unref()
    return () => clearTimeout(timer)
  },
}
