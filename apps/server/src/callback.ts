/**
 * One callback: where it stands, and who is told.
 *
 * | state | entered when | left for |
 * | --- | --- | --- |
 * | `sending` | it is asked for | `placed`, `refused`, `unknown` |
 * | `placed` | the service has the call, and at each status of it | `placed`, `ended`, `out_of_sight` |
 * | `ended` | the call is over | |
 * | `refused` | it is known that no call was made | |
 * | `unknown` | it cannot be known whether a call was made | |
 * | `out_of_sight` | a call was made and can no longer be followed | |
 */
import type { CallStatus, Outcome } from '@digame/client'

/** Where a callback stands, as its visitor sees it: no number, nothing of what the service said. */
export type State =
  | { readonly state: 'sending' | 'refused' | 'unknown' | 'out_of_sight' }
  | { readonly state: 'placed'; readonly status: CallStatus }
  | { readonly state: 'ended'; readonly outcome: Outcome; readonly duration: number | null }

/** A state with its place in the order, counted from 1. */
export interface Change {
  readonly order: number
  readonly state: State
}

export interface Callback {
  readonly id: string
  readonly number: string
  readonly last: Change
  readonly settled: boolean
  /** How many listen. */
  readonly listeners: number
  /** The changes after this order; the newest hundred are remembered. */
  since(order: number): readonly Change[]
  change(state: State): void
  /** Tells each change from now on; the function returned ends it. */
  listen(listener: (change: Change) => void): () => void
}

const remembered = 100

/** Begins a callback, in `sending`. */
export function createCallback(id: string, number: string): Callback {
  let last: Change = { order: 1, state: { state: 'sending' } }
  const changes: Change[] = [last]
  const listeners = new Set<(change: Change) => void>()
  return {
    id,
    number,
    get last() {
      return last
    },
    get settled() {
      return last.state.state !== 'sending' && last.state.state !== 'placed'
    },
    get listeners() {
      return listeners.size
    },
    since: (order) => changes.filter((change) => change.order > order),
    change(state) {
      last = { order: last.order + 1, state }
      changes.push(last)
      if (changes.length > remembered) changes.shift()
      for (const listener of listeners) listener(last)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
