import type { Clock as ClientClock } from '@digame/client'

/** Where the desk takes its time from; replace it in tests. */
export type Clock = Pick<ClientClock, 'now' | 'after'>

/** The machine's own clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
}
