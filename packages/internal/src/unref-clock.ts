import { type Clock, longestTimeout, systemClock } from './clock.ts'

function unref(timer: unknown): void {
  const isNodeTimer = typeof timer === 'object' && timer !== null && 'unref' in timer
  if (isNodeTimer && typeof timer.unref === 'function') timer.unref()
}

/**
 * The machine's own clock, with timers that do not keep a Node process alive.
 *
 * In a file of its own, because bundlers keep a spread at module level even if nothing uses its result.
 */
export const unrefClock: Clock = {
  ...systemClock,
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimeout))
    unref(timer)
    return () => clearTimeout(timer)
  },
}
