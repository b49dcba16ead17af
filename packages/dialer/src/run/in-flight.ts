import type { Clock } from '@digame/internal'
import { pause } from '../clock.ts'

/** The attempts that this process works on, and the sleep of the loop that starts them. */
export interface InFlight {
  /** Starts to work on an attempt; the loop wakes when the work has settled. */
  start(attempt: string, work: Promise<void>, onError: (error: unknown) => void): void
  has(attempt: string): boolean
  size(): number
  /** From now on this attempt's request may leave. */
  startSending(attempt: string): void
  /** The ledger holds what became of this attempt's request. */
  finishSending(attempt: string): void
  /** The attempts whose requests may be under way. */
  sending(): string[]
  /** Resolves when no work is left. */
  allSettled(): Promise<void>
  /** Wakes the loop. */
  wake(): void
  /** Wakes the loop after `ms` milliseconds; calls in the meantime have no effect of their own. */
  wakeAfter(ms: number): void
  /** Waits `ms` milliseconds or until woken. Resolves at once if the loop was woken since the last rest. */
  rest(ms: number): Promise<void>
}

export function createInFlight(clock: Clock): InFlight {
  const working = new Map<string, Promise<void>>()
  const sending = new Set<string>()
  let sleep: AbortController | undefined
  let isWoken = false
  let isWaking = false

  const wake = (): void => {
    isWoken = true
    sleep?.abort()
  }

  return {
    start(attempt, work, onError) {
      const task = work.catch(onError).finally(() => {
        working.delete(attempt)
        wake()
      })
      working.set(attempt, task)
    },
    has: (attempt) => working.has(attempt),
    size: () => working.size,
    startSending: (attempt) => sending.add(attempt),
    finishSending: (attempt) => sending.delete(attempt),
    sending: () => [...sending],
    async allSettled() {
      while (working.size > 0) await Promise.all(working.values())
    },
    wake,
    wakeAfter(ms) {
      if (isWaking) return
      isWaking = true
      clock.after(ms, () => {
        isWaking = false
        wake()
      })
    },
    async rest(ms) {
      if (!isWoken && ms > 0) {
        sleep = new AbortController()
        await pause(clock, ms, sleep.signal)
        sleep = undefined
      }
      isWoken = false
    },
  }
}
