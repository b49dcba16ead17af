import { linkSignal, sleep } from '../abort.ts'
import type { Core } from '../http/core.ts'
import { type Listing, listSince } from './list-since.ts'
import type { Found, Search } from './search.ts'

/** Time allowed for the final listing, in milliseconds. */
const finalListingMs = 10_000

/** The wait between the first listing and the second, in milliseconds; each further one doubles it. */
const firstWaitMs = 1000

/**
 * Looks a call up by its key: at once, then at growing intervals, and for the last time `settleMs` after the send.
 *
 * `create` and `calls.find` both use it. @throws the reason of the caller's signal if it aborts
 */
export async function lookUp(core: Core, search: Search): Promise<Found> {
  if (!core.marker) return { result: 'unknown', reason: 'no_marker', candidates: [] }
  const { clock, settleMs } = core
  const { signal } = search
  const leftMs = (): number => settleMs - search.settledMs()
  const { controller, unlink } = linkSignal(signal, clock, Math.max(0, leftMs()) + finalListingMs)
  try {
    for (let waitMs = firstWaitMs; ; waitMs *= 2) {
      const isLast = leftMs() <= 0
      const { isFinal, ...found }: Listing = await listSince(core, search, controller.signal, !isLast)
      signal?.throwIfAborted()
      if (found.result === 'found' || isFinal || isLast) return found
      await sleep(clock, Math.min(waitMs, Math.max(0, leftMs())), controller.signal)
    }
  } finally {
    unlink()
  }
}
