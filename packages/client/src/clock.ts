/** Where the client takes its time from; replace it in tests. */
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

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longest))
    return () => clearTimeout(timer)
  },
}

/** Waits; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** A controller of one's own that aborts with the caller's signal, until it is unlinked. */
export function linked(signal: AbortSignal | undefined): { controller: AbortController; unlink: () => void } {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  return { controller, unlink: () => signal?.removeEventListener('abort', onAbort) }
}
