import { type Call, type Diga, DigaError, hasEnded, outcomeOf } from '@digame/client'
import type { FastifyBaseLogger } from 'fastify'
import type { Callback, State } from './callback.ts'
import { logFields } from './errors.ts'

export interface PlaceOptions {
  readonly diga: Diga
  /** The calling number, in E.164. */
  readonly from: string
  readonly log: FastifyBaseLogger
  /** How long the call is followed, in milliseconds. */
  readonly followMs: number
  /** Ends everything at once. */
  readonly signal: AbortSignal
}

/** Places the call of a callback and follows it to its end. Never throws: a failure is a state of the callback. */
export async function placeAndFollow(callback: Callback, name: string, options: PlaceOptions): Promise<void> {
  const { diga, from, log, followMs, signal } = options

  function change(state: State): void {
    log.info({ callback: callback.id, ...state }, 'callback changed')
    callback.change(state)
  }

  function update(call: Call): void {
    const { status, duration } = call
    if (hasEnded(call)) {
      change({ state: 'ended', outcome: outcomeOf(call) ?? 'other', duration: duration ?? null })
      return
    }
    const { state } = callback.last
    if (state.state !== 'placed' || state.status !== status) change({ state: 'placed', status })
  }

  function warn(error: unknown, message: string): void {
    log.warn({ callback: callback.id, ...logFields(error) }, message)
  }

  let call: Call
  try {
    call = await diga.calls.create(
      { from_number: from, to_number: callback.number, dynamic_variables: { name } },
      { idempotencyKey: callback.id, signal },
    )
  } catch (error) {
    warn(error, 'the service did not confirm the call')
    return change({ state: error instanceof DigaError && error.placed === 'no' ? 'refused' : 'unknown' })
  }
  try {
    update(call)
    if (callback.settled) return
    for await (const current of diga.calls.watch(call.id, { deadlineMs: followMs, signal })) update(current)
  } catch (error) {
    warn(error, 'the call can no longer be followed')
    change({ state: 'out_of_sight' })
  }
}
