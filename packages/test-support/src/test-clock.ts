import type { Clock } from '@digame/internal'

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves on by `ms`; what falls due on the way runs in order, each at its own time. */
  advance(ms: number): Promise<void>
  /** Jumps from timer to timer until the promise settles. */
  run<Value>(promise: PromiseLike<Value>): Promise<Value>
  /** Jumps from timer to timer until a condition holds. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>
  /** Lets everything happen that needs no time. */
  flush(): Promise<void>
  /** Sets the wall clock forward or back; the monotonic clock goes on. */
  step(ms: number): void
  /** Moves both clocks without running a timer, as for a process that was suspended. */
  freeze(ms: number): void
  /** How many timers wait. */
  readonly pending: number
}

export interface TestClockOptions {
  /** The wall clock at the start, in milliseconds since 1970. @default a Wednesday noon in Madrid, at a full second */
  readonly start?: number
  /** How many turns of the event loop it takes until everything has happened that needs no time. @default 8 */
  readonly turns?: number
  /** Says that something is still under way that needs no time, such as a request over loopback. */
  readonly isBusy?: () => boolean
  /** Rounds the end of each timer up to a whole millisecond, so that the wall clock shows whole ones too. @default false */
  readonly wholeMs?: boolean
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

// Taken before a test can replace it.
const { setImmediate } = globalThis
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A test that jumps more often waits for something that will never happen. */
const mostJumps = 10_000

/** The timer that is due first; of several, the one that was set first. */
function firstOf(timers: Iterable<Timer>): Timer | undefined {
  let first: Timer | undefined
  for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer
  return first
}

export function createTestClock(options: TestClockOptions = {}): TestClock {
  const {
    start = Date.parse('2026-11-18T11:00:00Z'),
    turns = 8,
    isBusy = () => false,
    wholeMs = false,
  } = options
  let wall = start
  let elapsed = 0
  const timers = new Set<Timer>()

  function move(ms: number): void {
    wall += ms
    elapsed += ms
  }

  /** Jumps to the next timer that is due by `limit`, and runs it. */
  function jump(limit = Number.MAX_VALUE): boolean {
    const timer = firstOf(timers)
    if (!timer || timer.at > limit) return false
    move(Math.max(0, timer.at - elapsed))
    timers.delete(timer)
    timer.run()
    return true
  }

  async function flush(): Promise<void> {
    for (let left = turns; left > 0; left--) {
      await turn()
      if (isBusy()) left = turns
    }
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let jumps = 0; ; jumps++) {
      await flush()
      if (await holds()) return
      if (jumps > mostJumps) throw new Error(`The condition does not hold after ${mostJumps} timers.`)
      if (!jump()) throw new Error('Nothing is left to wait for, and the condition does not hold.')
    }
  }

  return {
    now: () => wall,
    elapsed: () => elapsed,
    after(ms, run) {
      const end = elapsed + ms
      const timer = { at: wholeMs ? Math.ceil(end) : end, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(ms) {
      const end = elapsed + ms
      await flush()
      while (jump(end)) await flush()
      move(end - elapsed)
    },
    async run(promise) {
      let isSettled = false
      const settle = (): void => {
        isSettled = true
      }
      promise.then(settle, settle)
      await until(() => isSettled)
      return promise
    },
    until,
    flush,
    step(ms) {
      wall += ms
    },
    freeze: move,
    get pending() {
      return timers.size
    },
  }
}
