import { exponential, spread } from '@digame/internal'
import { pause, within } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { AttemptIdentity, Json } from '../ledger/records.ts'
import type { Found, PortCall } from '../port.ts'
import { attemptFields, confirmFact, type RunContext, retryLedger } from './context.ts'

/** Look-ups that may fail before a person is asked; the waits between them double from `settleMs`. */
const maxFailures = 5
/** Time allowed for one look-up, which may read many pages, in milliseconds. */
const lookUpTimeoutMs = 300_000

/** What a look-up found, kept for the person who settles a held attempt. */
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

/** Why nothing is looked up or compared: the clock shows an earlier time than when the attempt was claimed. */
export const clockWentBack = 'the clock was set back since: set it right'

/** Looks a call up once. The time of the send is converted from the ledger's clock to this machine's, as the port expects. */
export async function findCall(
  context: RunContext,
  subject: AttemptIdentity,
  signal: AbortSignal,
): Promise<Found> {
  const { port, ledger, clock } = context
  try {
    const ageMs = (await ledger.now()) - subject.claimedAt
    if (ageMs < 0) return { result: 'unknown', candidates: [], reason: clockWentBack }
    const query = {
      idempotencyKey: subject.idempotencyKey,
      to_number: subject.number,
      sentAt: new Date(clock.now() - ageMs),
    }
    return await within(clock, lookUpTimeoutMs, signal, (signal) => port.find({ ...query, signal }))
  } catch (error) {
    return { result: 'unknown', candidates: [], reason: messageOf(error) }
  }
}

export type LookUpResult =
  | { readonly state: 'placed'; readonly call: PortCall }
  /** `candidates` counts calls to that number without any key. */
  | { readonly state: 'held'; readonly candidates: number }
  /** Nothing is left to do here: the lease is lost, the run is over, or a late fact arrived first. */
  | { readonly state: 'over' }

/** Holds an attempt whose call was not found. Undefined: the ledger does not hold it yet, so look again. */
async function holdAttempt(
  context: RunContext,
  runner: Runner,
  subject: AttemptIdentity,
  found: Found,
  until: AbortSignal,
): Promise<LookUpResult | undefined> {
  const why = found.result === 'absent' ? 'absent' : 'lookup_failed'
  const evidence = evidenceOf(found, context.clock.now())
  const result = await retryLedger(context, () => runner.hold(subject.id, why, evidence), until)
  if (result?.result === 'changed') {
    context.emit({ type: 'held', ...attemptFields(subject), why })
    return { state: 'held', candidates: found.candidates.length }
  }
  // A late fact arrived first. If the attempt is still open, the next scan picks it up.
  return result?.state === 'unknown' ? undefined : { state: 'over' }
}

/**
 * Waits until the call would be listed, looks it up, and records what was found. If nothing is found, or look-ups keep failing,
 * the attempt is held.
 *
 * @throws DialerFencedError once the lease is lost
 */
export async function lookUpCall(
  context: RunContext,
  runner: Runner,
  subject: AttemptIdentity,
  until: AbortSignal,
): Promise<LookUpResult> {
  const { ledger, clock, random, emit } = context
  const { settleMs } = ledger.times
  // Counted from now: the request in doubt may have been under way until a moment ago.
  await pause(clock, settleMs, until)
  for (let failures = 0; !until.aborted; ) {
    const found = await findCall(context, subject, until)
    if (until.aborted) break
    const { call } = found
    if (found.result === 'found' && call !== undefined) {
      const result = await retryLedger(context, () => ledger.placed(subject.id, { callId: call.id }), until)
      if (!confirmFact(context, subject, result, call.id)) return { state: 'over' }
      emit({ type: 'placed', ...attemptFields(subject), callId: call.id })
      return { state: 'placed', call }
    }
    if (found.result === 'absent' || ++failures >= maxFailures) {
      const end = await holdAttempt(context, runner, subject, found, until)
      if (end !== undefined) return end
    }
    const waits = { firstMs: settleMs, maxMs: settleMs * 2 ** maxFailures }
    await pause(clock, spread(exponential(Math.max(0, failures - 1), waits), random), until)
  }
  return { state: 'over' }
}
