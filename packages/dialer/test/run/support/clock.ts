import type { Clock } from '@digame/dialer'

/** A clock that stands still until it is driven. */
export interface DrivenClock extends Clock {
  /** Jumps from timer to timer until the promise settles. */
  drive<Result>(promise: Promise<Result>): Promise<Result>
  /** Jumps until something is so. */
  until(isSo: () => boolean | Promise<boolean>): Promise<void>
  /** Lets everything happen that is due within so long. */
  pass(ms: number): Promise<void>
  /** Moves both clocks without running any timer, as for a process that is stopped. */
  freeze(ms: number): void
  /** Sets the wall clock alone. */
  set(ms: number): void
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** A Wednesday noon. */
const noon: number = Date.parse('2026-11-18T11:00:00Z')

/** Everything that can go on without time passing. */
async function breathe(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export function createClock(begin: number = noon): DrivenClock {
  let wall = begin
  let elapsed = 0
  const timers = new Set<Timer>()
  const next = (): Timer | undefined => [...timers].sort((a, b) => a.at - b.at)[0]

  function jump(limit = Number.POSITIVE_INFINITY): boolean {
    const timer = next()
    if (!timer || timer.at > limit) return false
    const ms = Math.max(0, timer.at - elapsed)
    wall += ms
    elapsed += ms
    timers.delete(timer)
    timer.run()
    return true
  }

  async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let jumps = 0; ; jumps++) {
      await breathe()
      if (await isSo()) return
      if (jumps > 10_000) throw new Error('it never came to that')
      if (!jump()) throw new Error('nothing more happens')
    }
  }

  return {
    now: () => wall,
    elapsed: () => elapsed,
    after(ms, run) {
      const timer = { at: Math.ceil(elapsed + ms), run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async drive(promise) {
      let settled = false
      const done = (): void => {
        settled = true
      }
      promise.then(done, done)
      await until(() => settled)
      return promise
    },
    until,
    async pass(ms) {
      const limit = elapsed + ms
      await breathe()
      while (jump(limit)) await breathe()
      wall += limit - elapsed
      elapsed = limit
    },
    freeze(ms) {
      wall += ms
      elapsed += ms
    },
    set(ms) {
      wall = ms
    },
  }
}
