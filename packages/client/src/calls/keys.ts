import { keepNewest } from '../newest.ts'

/** How many keys of calls that were placed are remembered, and as many again of calls in doubt. */
const mostKeys = 10_000

/** What a client knows about its idempotency keys: every open one, and the newest 10,000 each of placed and in doubt. */
export interface Keys<Intention> {
  get(key: string): Intention | undefined
  /** Remembers a key at least until it is settled. */
  open(key: string, intention: Intention): void
  /** Records how the work for a key ended; `free` forgets it. */
  settle(key: string, state: 'placed' | 'doubt' | 'free'): void
}

export function createKeys<Intention>(): Keys<Intention> {
  const all = new Map<string, Intention>()
  /** Oldest first. */
  const doubts = new Set<string>()
  /**
   * The keys of calls that were placed, in a ring: the one at `next` is the oldest. A Set would do as well, but every create
   * ends here, and taking the oldest entry out of a Set costs far more than overwriting a slot.
   */
  const placed: string[] = []
  let next = 0

  return {
    get: (key) => all.get(key),
    open(key, intention) {
      all.set(key, intention)
      doubts.delete(key)
    },
    settle(key, state) {
      let forgotten: string | undefined = key
      if (state === 'doubt') forgotten = keepNewest(doubts, key, mostKeys)
      if (state === 'placed') {
        forgotten = placed[next]
        placed[next] = key
        next = (next + 1) % mostKeys
      }
      if (forgotten !== undefined) all.delete(forgotten)
    },
  }
}
