import type { Clock } from '@digame/client'

/** A macrotask, taken before a test can replace it. */
const { setImmediate } = globalThis
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export interface FakeClock extends Clock {
  /** Sets the wall clock forward or back; what has elapsed stays. */
  step(ms: number): void
  /** Lets what is due within `ms` happen, in order. */
  advance(ms: number): Promise<void>
  /** Goes from timer to timer until the promise settles. */
  run<Value>(promise: PromiseLike<Value>): Promise<Value>
  /** Lets everything happen that needs no time. */
  flush(): Promise<void>
  /** How many timers are set. */
  readonly pending: number
}

/**
 * Time that passes only when told to. It begins at a full second, so that a `Date` header loses nothing.
 *
 * @param turns how many turns of the event loop may be needed until all has happened that needs no time
 */
export function fakeClock(turns = 6): FakeClock {
  let wall = Date.parse('2026-07-01T10:00:00Z')
  let elapsed = 5000
  const timers = new Set<{ at: number; run: () => void }>()

  const flush = async (): Promise<void> => {
    for (let left = turns; left > 0; left--) await turn()
  }
  const next = (): { at: number; run: () => void } | undefined => {
    let first: { at: number; run: () => void } | undefined
    for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer
    return first
  }
  const goTo = (at: number): void => {
    const ms = Math.max(0, at - elapsed)
    elapsed += ms
    wall += ms
  }
  const fire = (timer: { at: number; run: () => void }): void => {
    timers.delete(timer)
    goTo(timer.at)
    timer.run()
  }

  return {
    now: () => wall,
    elapsed: () => elapsed,
    after(ms, run) {
      const timer = { at: elapsed + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    step(ms) {
      wall += ms
    },
    flush,
    async advance(ms) {
      const end = elapsed + ms
      await flush()
      for (let timer = next(); timer && timer.at <= end; timer = next()) {
        fire(timer)
        await flush()
      }
      goTo(end)
    },
    async run(promise) {
      let settled = false
      const done = (): void => {
        settled = true
      }
      promise.then(done, done)
      for (;;) {
        await flush()
        if (settled) return promise
        const timer = next()
        if (!timer || timer.at === Number.POSITIVE_INFINITY) throw new Error('Nothing is left to wait for.')
        fire(timer)
      }
    },
    get pending() {
      return timers.size
    },
  }
}
