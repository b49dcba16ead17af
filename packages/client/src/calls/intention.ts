/**
 * One intention to call, named by its idempotency key.
 *
 * | state | entered by | left by |
 * | --- | --- | --- |
 * | `open` | the first `create` with the key, or another one after `doubt` (which only looks up) | the end of its work |
 * | `placed` | a readable response, or a call found by its key | never: every `create` returns the same call |
 * | `doubt` | a failure that does not prove that no call was made | another `create`: back to `open`, without sending |
 * | (forgotten) | a failure that proves that no call was made | |
 *
 * A key in `doubt` is never sent again. Every `create` that finds it `open` waits for the same result.
 */
import type { Call } from '../call.ts'
import { DigaError } from '../errors.ts'
import type { Core } from '../http/core.ts'
import type { Keys } from './keys.ts'

export interface Intention {
  state: 'open' | 'placed' | 'doubt'
  readonly key: string
  /** The body as it was sent. A `create` with the same key must have the same body. */
  readonly wire: string
  result: Promise<Call>
  /** How many callers wait for `result` and have not aborted. */
  waiting: number
  /** Ends the work; only set while a caller with a signal waits for it. */
  work: AbortController | undefined
  /** When the first request was passed to fetch, by the wall clock. A number, because ten thousand of them are kept. */
  sentAt: number | undefined
  doubt: Doubt | undefined
}

/** The send that left an intention in doubt. */
export interface Doubt {
  /** The wall clock right before the send, in milliseconds since 1970. */
  readonly wall: number
  /** The monotonic clock right before the send, in milliseconds. */
  readonly elapsed: number
  readonly error: DigaError
}

/** What every step of a create shares. */
export interface Creator {
  readonly core: Core
  readonly keys: Keys<Intention>
  readonly reportDrift: (call: Call, createStatus?: number) => Call
}

const never = new Promise<never>(() => {})

export const newIntention = (key: string, wire: string): Intention => ({
  state: 'open',
  key,
  wire,
  result: never,
  waiting: 0,
  work: undefined,
  sentAt: undefined,
  doubt: undefined,
})

/** Whether everybody who waited for an open intention has aborted, so that it ends in a moment. */
export const isAbandoned = ({ work }: Intention): boolean => work?.signal.aborted === true

/**
 * Opens an intention, starts its work, and settles it when that ends. Returns the intention.
 *
 * @param signal of the caller who opens it; without one, nobody can abort the work
 */
export function open(
  keys: Keys<Intention>,
  intention: Intention,
  signal: AbortSignal | undefined,
  work: (intention: Intention) => Promise<Call>,
): Intention {
  intention.state = 'open'
  intention.waiting = 0
  intention.work = signal && new AbortController()
  keys.open(intention.key, intention)
  intention.result = run(keys, intention, work)
  return intention
}

async function run(
  keys: Keys<Intention>,
  intention: Intention,
  work: (intention: Intention) => Promise<Call>,
): Promise<Call> {
  // By the time the work begins, `result` is set and the caller is counted as waiting. Hooks that the work calls may create
  // with the same key, or abort.
  await undefined
  // An error that is not ours proves nothing, whatever its fields say.
  let state: 'placed' | 'doubt' | 'free' = 'doubt'
  try {
    const call = await work(intention)
    state = 'placed'
    return call
  } catch (error) {
    if (error instanceof DigaError && error.placed === 'no') state = 'free'
    throw error
  } finally {
    keys.settle(intention.key, state)
    if (state !== 'free') intention.state = state
    intention.work = undefined
  }
}
