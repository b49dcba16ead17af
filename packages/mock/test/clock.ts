import type { Clock } from '@digame/mock'

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves on, running what falls due on the way at its own time; then lets promises settle. */
  advance(ms: number): Promise<void>
  /** How many timers wait. */
  readonly waiting: number
}

export const noon: number = Date.parse('2026-07-22T12:00:00Z')

export function createClock(start: number = noon): FakeClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(ms) {
      const until = now + ms
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = until
      await new Promise((resolve) => setImmediate(resolve))
    },
    get waiting() {
      return timers.size
    },
  }
}
