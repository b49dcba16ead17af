import { backoff, type Clock, systemClock } from '@digame/internal'
import { pause } from '../../clock.ts'

/** How many connections one process needs at most: one listens, and claims and facts need not wait for each other. */
export const connectionsPerProcess = 3

/** SQLSTATE `too_many_connections`: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const tooManyConnections = '53300'

/** Waits between tries, in milliseconds. */
const waits = { firstMs: 100, maxMs: 2000 }
/** How long a connection is waited for before the caller hears of it, in milliseconds; shorter than a lease. */
const patienceMs = 10_000

/** The pool may be of another copy of pg, so its class proves nothing. */
const isFull = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === tooManyConnections

/** Not a DialerError, because another try may succeed: a dialer goes on trying. */
const explain = (error: Error): Error =>
  new Error(
    `Postgres has no connection left (${error.message}): each process on a ledger needs up to ${connectionsPerProcess}. Raise max_connections, or run fewer processes`,
    { cause: error },
  )

/**
 * Takes a connection. While the database has none left, tries again for ten seconds.
 *
 * @throws Error that says how many connections are needed
 */
export async function whileFull<Result>(
  take: () => Promise<Result>,
  clock: Clock = systemClock,
): Promise<Result> {
  const end = clock.elapsed() + patienceMs
  for (let retry = 0; ; retry++) {
    try {
      return await take()
    } catch (error) {
      if (!isFull(error)) throw error
      const ms = backoff(retry, { ...waits, random: Math.random })
      if (clock.elapsed() + ms >= end) throw explain(error)
      await pause(clock, ms)
    }
  }
}
