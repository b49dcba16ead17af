import { type Call, type Diga, DigaError, hasEnded, outcomeOf } from '@digame/client'
import type { FastifyBaseLogger } from 'fastify'
import type { Callback, State } from './callback.ts'
import { reasonOf } from './errors.ts'

export interface RingOptions {
  readonly diga: Diga
  /** The calling number. */
  readonly from: string
  readonly log: FastifyBaseLogger
  /** How long the call is followed, in milliseconds. */
  readonly followMs: number
  /** Ends everything at once. */
  readonly signal: AbortSignal
}

/** Places the call of a callback and follows it to its end. Never throws: the callback tells what became of it. */
export async function ring(callback: Callback, name: string, options: RingOptions): Promise<void> {
  const { diga, from, log, followMs, signal } = options

  function change(state: State): void {
    log.info({ callback: callback.id, ...state }, 'callback')
    callback.change(state)
  }

  function see(call: Call): void {
    const { status, duration } = call
    if (hasEnded(call)) {
      change({ state: 'ended', outcome: outcomeOf(call) ?? 'other', duration: duration ?? null })
      return
    }
    const { state } = callback.last
    if (state.state !== 'placed' || state.status !== status) change({ state: 'placed', status })
  }

  function warn(error: unknown, what: string): void {
    log.warn({ callback: callback.id, ...reasonOf(error) }, what)
  }

  let call: Call
  try {
    call = await diga.calls.create(
      { from_number: from, to_number: callback.number, dynamic_variables: { name } },
      { idempotencyKey: callback.id, signal },
    )
  } catch (error) {
    warn(error, 'the call is not confirmed')
    return change({ state: error instanceof DigaError && error.placed === 'no' ? 'refused' : 'unknown' })
  }
  try {
    see(call)
    if (callback.settled) return
    for await (const seen of diga.calls.watch(call.id, { deadlineMs: followMs, signal })) see(seen)
  } catch (error) {
    warn(error, 'the call is out of sight')
    change({ state: 'out_of_sight' })
  }
}
