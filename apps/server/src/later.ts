import type { Clock } from '@digame/internal'

/**
 * Runs a function after `ms` milliseconds, unless the signal aborts first.
 *
 * An aborted signal leaves no timer behind, so nothing keeps the process of a closed desk alive.
 */
export function runLater(
  clock: Pick<Clock, 'after'>,
  ms: number,
  run: () => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return
  const cancel = clock.after(ms, () => {
    signal.removeEventListener('abort', cancel)
    run()
  })
  signal.addEventListener('abort', cancel, { once: true })
}
