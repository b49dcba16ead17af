/** Who works on which attempt, and when the loop is woken. */
import { type Clock, pause } from '../clock.ts'

export interface Crew {
  /** Begins to work on an attempt; the loop is woken at its end. */
  begin(attempt: string, work: Promise<void>, failed: (error: unknown) => void): void
  has(attempt: string): boolean
  size(): number
  /** This attempt's request may leave from now on. */
  sendingBegins(attempt: string): void
  /** What became of it stands in the ledger. */
  sent(attempt: string): void
  /** Attempts that this process is sending. */
  sending(): string[]
  /** Resolves when nothing is worked on any more. */
  done(): Promise<void>
  wake(): void
  /** Wakes the loop after so many milliseconds, once for all who ask meanwhile. */
  wakeIn(ms: number): void
  /** Waits so long, or until woken; at once if that happened since the last rest. */
  rest(ms: number): Promise<void>
}

export function createCrew(clock: Clock): Crew {
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
    begin(attempt, work, failed) {
      const task = work.catch(failed).finally(() => {
        working.delete(attempt)
        wake()
      })
      working.set(attempt, task)
    },
    has: (attempt) => working.has(attempt),
    size: () => working.size,
    sendingBegins: (attempt) => sending.add(attempt),
    sent: (attempt) => sending.delete(attempt),
    sending: () => [...sending],
    async done() {
      while (working.size > 0) await Promise.all(working.values())
    },
    wake,
    wakeIn(ms) {
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
