/** Looks up an attempt that may have placed a call, until it is known, or cannot be. */

import { pause, within } from '../clock.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { AttemptIdentity, Json } from '../ledger/records.ts'
import { messageOf } from '../message.ts'
import type { Found, PortCall } from '../port.ts'
import { about, insist, isTaken, type Work } from './context.ts'

/** So many look-ups may fail before a person is asked; between them waits double from `settleMs`. */
const patience = 5
/** One look-up, which may read many pages. */
const longestMs = 300_000

/** What a look-up saw, for the person who settles a held attempt. */
function evidenceOf({ result, reason, candidates }: Found, at: number): Json {
  return {
    at,
    result,
    ...(reason !== undefined && { reason }),
    candidates: candidates.map(({ id, status, createdAt }) => ({
      id,
      status,
      createdAt: createdAt.getTime(),
    })),
  }
}

/** How long ago something was cannot be told by a clock that was set back since. */
export const clockWentBack = 'the clock was set back since: set it right'

/** One look-up. The time of the send is given by this machine's clock, whichever clock it was claimed by. */
export async function findCall(work: Work, subject: AttemptIdentity, signal: AbortSignal): Promise<Found> {
  const { port, ledger, clock } = work
  try {
    const age = (await ledger.now()) - subject.claimedAt
    if (age < 0) return { result: 'unknown', candidates: [], reason: clockWentBack }
    const query = {
      idempotencyKey: subject.idempotencyKey,
      to_number: subject.number,
      sentAt: new Date(clock.now() - age),
    }
    return await within(clock, longestMs, signal, (signal) => port.find({ ...query, signal }))
  } catch (error) {
    return { result: 'unknown', candidates: [], reason: messageOf(error) }
  }
}

export type LookedUp =
  | { readonly state: 'placed'; readonly call: PortCall }
  /** `candidates`: calls to that number without any key. */
  | { readonly state: 'held'; readonly candidates: number }
  /** Somebody else's business: the lease is lost, the run is over, or a late fact came. */
  | { readonly state: 'over' }

/**
 * Waits until a call would be listed, looks, and records what it found; holds the attempt where it found nothing.
 *
 * @throws DialerFencedError once the lease is lost
 */
export async function lookUp(
  work: Work,
  runner: Runner,
  subject: AttemptIdentity,
  until: AbortSignal,
): Promise<LookedUp> {
  const { ledger, clock, random, tell } = work
  const { id } = subject
  const { settleMs } = ledger.times
  // Counted from now: the request that this doubt is about may have been under way until a moment ago.
  await pause(clock, settleMs, until)
  for (let failures = 0; !until.aborted; ) {
    const found = await findCall(work, subject, until)
    if (until.aborted) break
    const { call, candidates } = found
    if (found.result === 'found' && call !== undefined) {
      const result = await insist(work, () => ledger.placed(id, { callId: call.id }), until)
      const taken = isTaken(work, subject, result, call.id)
      if (taken) tell({ type: 'placed', ...about(subject), callId: call.id })
      return taken ? { state: 'placed', call } : { state: 'over' }
    }
    if (found.result === 'absent' || ++failures >= patience) {
      const why = found.result === 'absent' ? 'absent' : 'lookup_failed'
      const evidence = evidenceOf(found, clock.now())
      const result = await insist(work, () => runner.hold(id, why, evidence), until)
      if (result?.result === 'changed') {
        tell({ type: 'held', ...about(subject), why })
        return { state: 'held', candidates: candidates.length }
      }
      // A late fact was first; what it made of the attempt is found by the next look at the open ones.
      if (result?.state !== 'unknown') return { state: 'over' }
    }
    await pause(clock, settleMs * 2 ** Math.max(0, failures - 1) * (0.8 + 0.4 * random()), until)
  }
  return { state: 'over' }
}
