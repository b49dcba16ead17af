import type { Clock } from '@digame/client'

/** A clock that moves only when told to. */
export interface FakeClock extends Clock {
  /** How many requests are on their way; time does not move while there are any. */
  busy: number
  /** Moves time, runs what falls due, and lets it finish. */
  advance(ms: number): Promise<void>
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function createClock(): FakeClock {
  let now = Date.UTC(2026, 10, 23, 10)
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const clock: FakeClock = {
    busy: 0,
    now: () => now,
    elapsed: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(ms) {
      const target = now + ms
      for (;;) {
        await quiet()
        const [next] = [...timers].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = target
    },
  }

  /** Nothing on its way, for long enough that what an answer sets off has been set off. */
  async function quiet(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) {
      await turn()
      if (clock.busy > 0) turns = 0
    }
  }

  return clock
}
