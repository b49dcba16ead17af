import { type Diga, maskNumber } from '@digame/client'
import type { Clock } from '@digame/internal'
import type { FastifyBaseLogger } from 'fastify'
import { type Applicant, createAdmission } from './admission.ts'
import { type Callback, createCallback } from './callback.ts'
import { createUnderWayCheck } from './calls-under-way.ts'
import { DeskError } from './errors.ts'
import { runLater } from './later.ts'
import type { Limits } from './limits.ts'
import { placeAndFollow } from './place-and-follow.ts'

/** What a visitor asks for. */
interface CallbackRequest extends Applicant {
  /** The id in the form's token. The same id is the same wish to be called. */
  readonly id: string
  readonly name: string
}

/** Has visitors called, and remembers their callbacks. */
export interface Desk {
  /** The callback with this id, if there is one; waits for one that is about to begin. */
  find(id: string): Promise<Callback | undefined>
  /** Begins a callback. The same id gives the same callback, and never a second call. @throws DeskError */
  request(request: CallbackRequest): Promise<Callback>
  /** Stops following calls, at once; the calls themselves go on. */
  close(): Promise<void>
}

export interface DeskOptions {
  readonly diga: Diga
  /** The calling number, in E.164. */
  readonly from: string
  readonly log: FastifyBaseLogger
  readonly clock: Clock
  readonly limits: Limits
}

export function createDesk({ diga, from, log, clock, limits }: DeskOptions): Desk {
  const closing = new AbortController()
  const { signal } = closing
  const admission = createAdmission(clock, limits)
  const { recheckMs, followMs, holdMs } = limits
  const underWay = createUnderWayCheck({ diga, log, clock, recheckMs, signal })
  const callbacks = new Map<string, Callback>()
  /** Ids of callbacks that are over, oldest first. */
  const finished: string[] = []
  /** Callbacks that wait for the account to be checked, by id. */
  const beginning = new Map<string, Promise<Callback>>()
  const running = new Set<Promise<void>>()

  async function find(id: string): Promise<Callback | undefined> {
    // If it is refused, only the request that began it gets the reason.
    await beginning.get(id)?.catch(() => {})
    return callbacks.get(id)
  }

  async function begin(request: CallbackRequest): Promise<Callback> {
    await underWay.assertNone(request.number)
    // Another request may have been admitted meanwhile. From here on nothing is awaited, so none can come between.
    admission.check(request)
    admission.admit(request)
    const callback = createCallback(request.id, request.number)
    callbacks.set(callback.id, callback)
    log.info(
      { callback: callback.id, number: maskNumber(callback.number) },
      'callback requested, with consent',
    )
    const run = placeAndFollow(callback, request.name, { diga, from, log, followMs, signal }).then(() => {
      running.delete(run)
      finish(callback)
    })
    running.add(run)
    return callback
  }

  function finish(callback: Callback): void {
    const { state } = callback.last.state
    if (state === 'ended' || state === 'refused') {
      retire(callback)
      return
    }
    // The phone may still be ringing, and even after the hold only the account knows whether it is.
    underWay.forget(callback.number)
    runLater(clock, holdMs, () => retire(callback), signal)
  }

  /** Frees the number of a callback that is over, and forgets the oldest such callback if there are too many. */
  function retire({ id, number }: Callback): void {
    admission.release(number)
    finished.push(id)
    const oldest = finished.length > limits.kept ? finished.shift() : undefined
    if (oldest !== undefined) callbacks.delete(oldest)
  }

  return {
    find,
    async request(request) {
      const { id, number } = request
      // The same form may be sent again while the account is checked.
      while (beginning.has(id)) await find(id)
      const known = callbacks.get(id)
      if (known && known.number !== number) {
        throw new DeskError(409, 'form_used', 'Con esta página ya has pedido una llamada a otro número.')
      }
      if (known) return known
      admission.check(request, beginning.size)
      const begun = begin(request).finally(() => beginning.delete(id))
      beginning.set(id, begun)
      return begun
    },
    async close() {
      closing.abort()
      await Promise.all(running)
    },
  }
}
