import type { Clock } from '@digame/internal'

/** A clock that shows the ledger's time: the database's, where this machine's own may be wrong. */
export interface LedgerClock extends Clock {
  /** Reads the ledger's time anew. */
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

/** Waits `ms` milliseconds. Resolves early when the signal aborts; never rejects. */
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
 * Runs something that may never settle. Rejects after `ms` milliseconds, or as soon as `until` aborts; the signal that `run`
 * is given aborts at the same moment.
 */
export async function within<Result>(
  clock: Clock,
  ms: number,
  until: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const end = Promise.withResolvers<never>()
  const stop = (why: string) => (): void => {
    const error = new Error(why)
    controller.abort(error)
    end.reject(error)
  }
  const endRun = stop('the run is over')
  const cancel = clock.after(ms, stop(`no response in ${ms} ms`))
  until.addEventListener('abort', endRun, { once: true })
  if (until.aborted) endRun()
  try {
    return await Promise.race([run(controller.signal), end.promise])
  } finally {
    cancel()
    until.removeEventListener('abort', endRun)
  }
}
