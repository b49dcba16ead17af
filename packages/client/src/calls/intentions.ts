/** How many keys are remembered of calls that were placed, and as many again of those in doubt. */
const remembered = 10_000

/** What a client knows by its idempotency keys: all that is open, and the newest 10,000 of what else must be kept. */
export interface Keys<Intention> {
  get(key: string): Intention | undefined
  /** Not forgotten until it is settled. */
  open(key: string, intention: Intention): void
  settle(key: string, state: 'placed' | 'doubt' | 'free'): void
}

export function createKeys<Intention>(): Keys<Intention> {
  const all = new Map<string, Intention>()
  const doubts = new Set<string>()
  /** The keys of calls that were placed; the one at `next` is the oldest. */
  const placed: string[] = []
  let next = 0
  return {
    get: (key) => all.get(key),
    open(key, intention) {
      all.set(key, intention)
      doubts.delete(key)
    },
    settle(key, state) {
      let old: string | undefined
      if (state === 'free') old = key
      else if (state === 'doubt') {
        doubts.add(key)
        if (doubts.size <= remembered) return
        old = doubts.values().next().value as string
        doubts.delete(old)
      } else {
        old = placed[next]
        placed[next] = key
        next = (next + 1) % remembered
      }
      if (old !== undefined) all.delete(old)
    },
  }
}
