import { setTimeout as sleep } from 'node:timers/promises'

const longestMs = 10_000

/** SQLite's primary result code, of an error that has one. */
export const errcodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined

export const isBusy = (error: unknown): boolean => errcodeOf(error) === 5

/** Waits for another process's write. SQLite's own waiting would block the event loop for as long. */
export async function whileBusy<T>(attempt: () => T): Promise<T> {
  const start = performance.now()
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > longestMs) throw error
    }
    await sleep(wait * (0.5 + Math.random() / 2))
  }
}
