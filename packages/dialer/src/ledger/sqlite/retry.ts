import { setTimeout as sleep } from 'node:timers/promises'
import { backoff } from '@digame/internal'

const longestMs = 10_000
const wait = { firstMs: 1, maxMs: 50, random: Math.random }
/** SQLITE_BUSY: https://sqlite.org/rescode.html#busy */
const busy = 5

/** SQLite's primary result code, if the error has one. The higher bits of the extended code tell its kinds apart. */
export const errcodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined

export const isBusy = (error: unknown): boolean => errcodeOf(error) === busy

/** Waits, up to ten seconds, for another process's write. SQLite's own waiting would block the event loop meanwhile. */
export async function whileBusy<T>(attempt: () => T): Promise<T> {
  const start = performance.now()
  for (let retry = 0; ; retry++) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > longestMs) throw error
    }
    await sleep(backoff(retry, wait))
  }
}
