/**
 * Held attempts and the person who settles them.
 *
 * A kill between the claim and the request leaves an attempt whose call nobody finds: it was never made, but only a person may
 * say so. Each word is preceded by a look-up at that moment, and what it finds wins over the word.
 */
import { DialerInputError } from '../errors.ts'
import { assertSettleable, settleableFrom } from '../ledger/may-still-be-sent.ts'
import type { Attempt, HeldWhy, Json } from '../ledger/records.ts'
import { maskNumber } from '../mask.ts'
import type { Found, PortCall } from '../port.ts'
import { isTaken, type Work } from './context.ts'
import { findCall } from './look-up-call.ts'

/** A held attempt and what looking for its call has just shown. */
export interface HeldCase {
  readonly attempt: string
  readonly batch: number | undefined
  readonly lead: number | undefined
  /** Masked. */
  readonly number: string
  readonly why: HeldWhy | undefined
  readonly claimedAt: Date
  /** What was seen when it was held. */
  readonly evidence: Json | undefined
  /** `placed`: its call was found and recorded just now; nothing is left to settle. */
  readonly now: 'placed' | 'absent' | 'unknown'
  readonly callId: string | undefined
  /** Calls to this number since then that carry no key: one of them may be it. */
  readonly candidates: readonly PortCall[]
  /** Why it is `unknown`. */
  readonly reason: string | undefined
  /** From when on it may be settled as not called: until then its sender may still send it. */
  readonly settleFrom: Date
}

/**
 * What settling did. `placed`: the call was found, whatever was said. `returned`: the lead will be called again.
 * `over`: it was not held any more.
 */
export type Settled = 'placed' | 'returned' | 'over'

/** A person's word: no call was made, or this one was. */
export type Word = 'not_called' | { readonly callId: string }

export interface ReconcileOptions {
  readonly batch?: number
  readonly signal?: AbortSignal
}

export interface Reconciler {
  /** Looks up each held attempt again, ten at once; a call that is found is recorded. */
  reconcile(options?: ReconcileOptions): AsyncGenerator<HeldCase, void, undefined>
  /**
   * Settles one held attempt on a person's word, after one more look-up.
   *
   * @throws DialerInputError `NOT_HELD`, `TOO_EARLY`, `NOT_THIS_CALL`
   */
  settle(attempt: string, word: Word, options?: { readonly signal?: AbortSignal }): Promise<Settled>
  /**
   * Settles as not called, on a person's word, every held attempt whose call is absent from a complete listing without
   * candidates; leaves all others, and those that it is too early for. Looks each up again.
   */
  settleAbsent(options?: ReconcileOptions): Promise<{ returned: number; placed: number; left: number }>
}

/** A look-up of a recent send waits until its call would be listed. */
const atOnce = 10

export function createReconciler(work: Work): Reconciler {
  const { ledger, port } = work
  const never = new AbortController().signal

  async function look(attempt: Attempt, signal: AbortSignal): Promise<{ found: Found; isPlaced: boolean }> {
    const found = await findCall(work, attempt, signal)
    signal.throwIfAborted()
    if (found.result !== 'found' || found.call === undefined) return { found, isPlaced: false }
    const { id: callId } = found.call
    return { found, isPlaced: isTaken(work, attempt, await ledger.placed(attempt.id, { callId }), callId) }
  }

  async function caseOf(attempt: Attempt, signal: AbortSignal): Promise<HeldCase> {
    const { found, isPlaced } = await look(attempt, signal)
    const { id, batch, lead, number, why, claimedAt, evidence } = attempt
    return {
      attempt: id,
      batch,
      lead,
      number: maskNumber(number),
      why: why === 'absent' || why === 'lookup_failed' ? why : undefined,
      claimedAt: new Date(claimedAt),
      evidence,
      now: isPlaced ? 'placed' : found.result === 'absent' ? 'absent' : 'unknown',
      callId: isPlaced ? found.call?.id : undefined,
      candidates: found.candidates,
      reason: found.reason,
      settleFrom: new Date(settleableFrom(claimedAt, ledger.times)),
    }
  }

  /** A call named by a person must be readable, and to this number where the service says to which. */
  async function record(attempt: Attempt, callId: string, signal: AbortSignal): Promise<Settled> {
    const call = await port.get(callId, { signal })
    if (call.to_number !== undefined && call.to_number !== attempt.number) {
      throw new DialerInputError(
        'NOT_THIS_CALL',
        `call ${callId} went to another number than attempt ${attempt.id}`,
      )
    }
    if (call.key !== undefined && call.key !== attempt.idempotencyKey) {
      throw new DialerInputError('NOT_THIS_CALL', `call ${callId} carries the key of another attempt`)
    }
    return isTaken(work, attempt, await ledger.placed(attempt.id, { callId }), callId) ? 'placed' : 'over'
  }

  async function* reconcile({
    batch,
    signal = never,
  }: ReconcileOptions = {}): AsyncGenerator<HeldCase, void, undefined> {
    const held = await ledger.held(batch)
    for (let at = 0; at < held.length; at += atOnce) {
      yield* await Promise.all(held.slice(at, at + atOnce).map((attempt) => caseOf(attempt, signal)))
    }
  }

  return {
    reconcile,
    async settle(id, word, { signal = never } = {}) {
      const attempt = (await ledger.held()).find((one) => one.id === id)
      if (!attempt)
        throw new DialerInputError('NOT_HELD', `attempt ${id} is not held: see reconcile for those that are`)
      // A look-up that began while its sender could still send it proves nothing.
      const begun = await ledger.now()
      const { isPlaced } = await look(attempt, signal)
      if (isPlaced) return 'placed'
      if (word !== 'not_called') return record(attempt, word.callId, signal)
      assertSettleable(id, attempt.claimedAt, ledger.times, begun)
      const { result } = await ledger.settle(id)
      return result === 'changed' ? 'returned' : 'over'
    },
    async settleAbsent(options = {}) {
      const counts = { returned: 0, placed: 0, left: 0 }
      const now = await ledger.now()
      for await (const { attempt, now: is, candidates, settleFrom } of reconcile(options)) {
        if (is === 'placed') counts.placed++
        else if (is !== 'absent' || candidates.length > 0 || now < settleFrom.getTime()) counts.left++
        else if ((await ledger.settle(attempt)).result === 'changed') counts.returned++
        else counts.left++
      }
      return counts
    },
  }
}
