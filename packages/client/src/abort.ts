import type { Clock } from '@digame/internal'

/** Waits `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
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

/** Makes a controller that aborts when the signal does, or after `ms` milliseconds, until `unlink` is called. */
export function linkSignal(
  signal: AbortSignal | undefined,
  clock: Clock,
  ms?: number,
): { controller: AbortController; unlink: () => void } {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  const cancel = ms === undefined ? undefined : clock.after(ms, () => controller.abort())
  return {
    controller,
    unlink() {
      cancel?.()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}
