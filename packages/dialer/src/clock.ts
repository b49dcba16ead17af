/** Where the dialer takes its time from; replace it in tests. */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. */
  now(): number
  /** A clock that is never set, in milliseconds since any moment. */
  elapsed(): number
  /** Runs something after so many milliseconds; the function returned takes it back. */
  after(ms: number, run: () => void): () => void
}

// setTimeout fires at once for anything longer.
const longest = 2 ** 31 - 1

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longest))
    return () => clearTimeout(timer)
  },
}

/** The ledger's time, as it was last read: the database's, where a machine's own may be wrong. */
export interface LedgerClock extends Clock {
  sync(): Promise<void>
}

export function createLedgerClock(clock: Clock, ledger: { now(): Promise<number> }): LedgerClock {
  let aheadMs = 0
  return {
    now: () => clock.now() + aheadMs,
    elapsed: () => clock.elapsed(),
    after: (ms, run) => clock.after(ms, run),
    async sync() {
      aheadMs = (await ledger.now()) - clock.now()
    },
  }
}

/** Waits; resolves early, and never rejects, when the signal aborts. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = (): void => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/**
 * Asks something that may never answer: rejects after so many milliseconds, and as soon as `until` aborts. What is asked gets
 * a signal that aborts at the same moment.
 */
export async function within<Result>(
  clock: Clock,
  ms: number,
  until: AbortSignal,
  ask: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const end = Promise.withResolvers<never>()
  const stop = (why: string) => (): void => {
    const error = new Error(why)
    controller.abort(error)
    end.reject(error)
  }
  const aborted = stop('the run is over')
  const cancel = clock.after(ms, stop(`no answer in ${ms} ms`))
  until.addEventListener('abort', aborted, { once: true })
  if (until.aborted) aborted()
  try {
    return await Promise.race([ask(controller.signal), end.promise])
  } finally {
    cancel()
    until.removeEventListener('abort', aborted)
  }
}
