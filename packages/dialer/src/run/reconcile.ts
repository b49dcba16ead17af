/**
 * Settles held attempts, with the help of a person.
 *
 * A process that is killed between the claim and the request leaves an attempt whose call nobody can find. It was never made,
 * but only a person may say so. Each statement of a person is preceded by a look-up, and what the look-up finds wins.
 */
import { maskNumber } from '@digame/internal'
import { DialerInputError } from '../errors.ts'
import { assertSettleable, settleableFrom } from '../ledger/may-still-be-sent.ts'
import type { Attempt, HeldWhy, Json } from '../ledger/records.ts'
import type { Found, PortCall } from '../port.ts'
import { confirmFact, type RunContext } from './context.ts'
import { findCall } from './look-up-call.ts'

/** A held attempt, and what looking for its call has just found. */
export interface HeldCase {
  readonly attempt: string
  readonly batch: number | undefined
  readonly lead: number | undefined
  /** Masked. */
  readonly number: string
  readonly why: HeldWhy | undefined
  readonly claimedAt: Date
  /** What the look-up found when the attempt was held: `{ at, result, reason, candidates }`, with times in milliseconds since 1970. */
  readonly evidence: Json | undefined
  /** `placed`: the call was found and recorded just now, so nothing is left to settle. */
  readonly now: 'placed' | 'absent' | 'unknown'
  readonly callId: string | undefined
  /** Calls to this number since the claim that carry no other key: one of them may be it. */
  readonly candidates: readonly PortCall[]
  /** Why `now` is `unknown`. */
  readonly reason: string | undefined
  /** When it can first be settled as not called. Until then its sender may still send it. */
  readonly settleFrom: Date
}

/**
 * What settling an attempt did.
 *
 * - `placed`: its call was found, whatever the person said.
 * - `returned`: no call was made. The next run of its batch calls the lead again.
 * - `over`: the attempt was not held any more.
 */
export type Settled = 'placed' | 'returned' | 'over'

/** What a person states about a held attempt: no call was made, or it was this one. */
export type Statement = 'not_called' | { readonly callId: string }

export interface ReconcileOptions {
  /** Only the attempts of this batch. @default all batches */
  readonly batch?: number
  readonly signal?: AbortSignal
}

export interface Reconciler {
  /** Looks up each held attempt again, ten at once, and records each call that it finds. */
  reconcile(options?: ReconcileOptions): AsyncGenerator<HeldCase, void, undefined>
  /**
   * Settles one held attempt as a person states, after one more look-up.
   *
   * @throws DialerInputError `NOT_HELD`; `TOO_EARLY`: its sender may still send it; `NOT_THIS_CALL`: the call is another one
   */
  settle(attempt: string, statement: Statement, options?: { readonly signal?: AbortSignal }): Promise<Settled>
  /**
   * Settles as not called, as a person states, every held attempt whose call is absent from a complete listing without
   * candidates. Looks each one up again, and leaves all others held, also those for which it is too early (`left` counts them).
   */
  settleAbsent(options?: ReconcileOptions): Promise<{ returned: number; placed: number; left: number }>
}

/** Attempts looked up at once: the look-up of a recent send waits until its call would be listed. */
const pageSize = 10

/** Looks up a held attempt; its call is recorded if it is found. */
async function lookUpHeld(
  context: RunContext,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<{ found: Found; isPlaced: boolean }> {
  const found = await findCall(context, attempt, signal)
  signal.throwIfAborted()
  if (found.result !== 'found' || found.call === undefined) return { found, isPlaced: false }
  const { id: callId } = found.call
  const result = await context.ledger.placed(attempt.id, { callId })
  return { found, isPlaced: confirmFact(context, attempt, result, callId) }
}

async function describeCase(context: RunContext, attempt: Attempt, signal: AbortSignal): Promise<HeldCase> {
  const { found, isPlaced } = await lookUpHeld(context, attempt, signal)
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
    settleFrom: new Date(settleableFrom(claimedAt, context.ledger.times)),
  }
}

/** Records the call that a person names, if nothing that the service reports of it speaks against it. */
async function recordNamedCall(
  context: RunContext,
  attempt: Attempt,
  callId: string,
  signal: AbortSignal,
): Promise<Settled> {
  const { port, ledger } = context
  const call = await port.get(callId, { signal })
  if (call.to_number !== undefined && call.to_number !== attempt.number) {
    throw new DialerInputError(
      'NOT_THIS_CALL',
      `Call ${callId} went to another number than attempt ${attempt.id}: name the call of this attempt.`,
    )
  }
  if (call.key !== undefined && call.key !== attempt.idempotencyKey) {
    throw new DialerInputError(
      'NOT_THIS_CALL',
      `Call ${callId} carries the key of another attempt than ${attempt.id}: name the call of this attempt.`,
    )
  }
  const result = await ledger.placed(attempt.id, { callId })
  return confirmFact(context, attempt, result, callId) ? 'placed' : 'over'
}

async function settleHeld(
  context: RunContext,
  id: string,
  statement: Statement,
  signal: AbortSignal,
): Promise<Settled> {
  const { ledger } = context
  const attempt = (await ledger.held()).find((one) => one.id === id)
  if (!attempt)
    throw new DialerInputError('NOT_HELD', `Attempt ${id} is not held: reconcile lists those that are.`)
  // Read before the look-up: one that began while the attempt could still be sent proves nothing.
  const now = await ledger.now()
  const { isPlaced } = await lookUpHeld(context, attempt, signal)
  if (isPlaced) return 'placed'
  if (statement !== 'not_called') return recordNamedCall(context, attempt, statement.callId, signal)
  assertSettleable(attempt, ledger.times, now)
  const { result } = await ledger.settle(id)
  return result === 'changed' ? 'returned' : 'over'
}

export function createReconciler(context: RunContext): Reconciler {
  const { ledger } = context
  const never = new AbortController().signal

  async function* reconcile({
    batch,
    signal = never,
  }: ReconcileOptions = {}): AsyncGenerator<HeldCase, void, undefined> {
    const held = await ledger.held(batch)
    for (let at = 0; at < held.length; at += pageSize) {
      const page = held.slice(at, at + pageSize)
      yield* await Promise.all(page.map((attempt) => describeCase(context, attempt, signal)))
    }
  }

  return {
    reconcile,
    settle: (id, statement, { signal = never } = {}) => settleHeld(context, id, statement, signal),
    async settleAbsent(options = {}) {
      const counts = { returned: 0, placed: 0, left: 0 }
      // Read before the look-ups, for the same reason as in `settleHeld`.
      const startedAt = await ledger.now()
      for await (const { attempt, now, candidates, settleFrom } of reconcile(options)) {
        if (now === 'placed') counts.placed++
        else if (now !== 'absent' || candidates.length > 0 || startedAt < settleFrom.getTime()) counts.left++
        else if ((await ledger.settle(attempt)).result === 'changed') counts.returned++
        else counts.left++
      }
      return counts
    },
  }
}
