/**
 * One callback: its state, and those who watch it.
 *
 * | state | entered when | next |
 * | --- | --- | --- |
 * | `sending` | a visitor asks to be called | `placed`, `refused`, `unknown` |
 * | `placed` | the service has accepted the call; again at each change of its status | `placed`, `ended`, `out_of_sight` |
 * | `ended` | the call is over | |
 * | `refused` | it is certain that no call was made | |
 * | `unknown` | a call may have been made | |
 * | `out_of_sight` | a call was made and can no longer be followed | |
 */
import type { CallStatus, Outcome } from '@digame/client'

/** The state of a callback as its visitor sees it: no number, and none of the service's own messages. */
export type State =
  | { readonly state: 'sending' | 'refused' | 'unknown' | 'out_of_sight' }
  | { readonly state: 'placed'; readonly status: CallStatus }
  | { readonly state: 'ended'; readonly outcome: Outcome; readonly duration: number | null }

/** A state and its position among the callback's changes, counted from 1. */
export interface Change {
  readonly order: number
  readonly state: State
}

export interface Callback {
  readonly id: string
  readonly number: string
  readonly last: Change
  /** Whether the state is final. */
  readonly settled: boolean
  /** How many listeners there are. */
  readonly listeners: number
  /** The changes after this position; the newest hundred are remembered. */
  since(order: number): readonly Change[]
  change(state: State): void
  /** Calls a function at each change from now on; call the returned function to stop. */
  listen(listener: (change: Change) => void): () => void
}

const rememberedChanges = 100

/** Creates a callback in state `sending`. */
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
      if (changes.length > rememberedChanges) changes.shift()
      for (const listener of listeners) listener(last)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
