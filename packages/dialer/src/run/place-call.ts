/**
 * One attempt of this process, from the claim to its fact.
 *
 *   claimed ──► too late, or against a rule ──► refused
 *      └──────► request ──► placed | refused | unknown
 *
 * The claim is durable before anything here begins. No request is sent once half of the lease has passed since just before the
 * claim, by the wall clock or by the monotonic one: a process that slept through its lease must not call anybody. Nor is one
 * sent once the lease is known to be lost, or the run is over.
 */

import type { AttemptIdentity, Claimed } from '../ledger/records.ts'
import type { NotPlaced, Placement } from '../port.ts'
import type { Clearance } from '../rules/check.ts'
import { attemptFields, confirmFact, type RunContext, retryLedger } from './context.ts'
import { consequenceOf, refusalOf } from './refusal.ts'

/** When a claim was started, by both clocks. */
export interface ClaimStart {
  readonly wall: number
  readonly elapsed: number
}

/** Checks the rules once more, right before the request. Never throws. */
export type RuleCheck = (claimed: Claimed) => Promise<Clearance>

export interface PlaceOptions {
  readonly claimStart: ClaimStart
  readonly check: RuleCheck
  /** Aborts when no request may be sent any more: the lease is lost, or the run is over. */
  readonly noMoreRequests: AbortSignal
  /** Whether this process has stopped the batch, or knows that it is stopped. */
  readonly isStopped: (batch: number) => boolean
  /** Stops a batch whose next lead would be refused too. Never throws. */
  readonly stopBatch: (batch: number, why: string) => Promise<void>
  /** Once it has aborted, a store that fails is no longer waited for. */
  readonly giveUp: AbortSignal
}

export type PlaceResult =
  | { readonly state: 'placed'; readonly callId: string; readonly key: string | undefined }
  | { readonly state: 'unknown' }
  /** The attempt is over, or somebody else has changed it. */
  | { readonly state: 'over' }
  /** The store failed until the end, so that the ledger does not hold the fact. The next runner looks the call up. */
  | { readonly state: 'unrecorded' }

function codeOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error
  return hasCode && typeof error.code === 'string' ? error.code : 'THROWN'
}

/** The status and code of a response, as the ledger keeps them. Equal details mean refusals for the same reason. */
const detailOf = ({ code, status }: { readonly code: string; readonly status?: number }): string =>
  status === undefined || code === `HTTP_${status}` ? code : `${status} ${code}`

/** Whether the request counts among the calls a minute: refused ones do, because they reached the service. */
const isCounted: Readonly<Record<NotPlaced, boolean>> = {
  lead_refused: true,
  blocked: true,
  rate_limited: false,
  never_left: false,
  not_after: false,
}

/** Sends one request. Whatever the port does ends in a placement: a throw or a timeout may have placed a call. */
async function sendRequest(context: RunContext, claimed: Claimed, notAfter: Date): Promise<Placement> {
  const { port, clock, ledger } = context
  const { from_number, number: to_number, variables: dynamic_variables, agent_version_id } = claimed
  const controller = new AbortController()
  const timeout = Promise.withResolvers<Placement>()
  const cancel = clock.after(ledger.times.requestMs, () => {
    controller.abort()
    timeout.resolve({ placed: 'maybe', code: 'TIMEOUT' })
  })
  const request = { from_number, to_number, dynamic_variables, ...(agent_version_id && { agent_version_id }) }
  const options = { idempotencyKey: claimed.idempotencyKey, notAfter, signal: controller.signal }
  try {
    const placement = (async () => port.place(request, options))()
    placement.then(
      (late) => controller.signal.aborted && recordLate(context, claimed, late),
      () => {},
    )
    return await Promise.race([placement, timeout.promise])
  } catch (error) {
    return { placed: 'maybe', code: codeOf(error) }
  } finally {
    cancel()
  }
}

/** Records a placement that arrived after the timeout: it is still a fact. */
function recordLate({ ledger }: RunContext, { id }: AttemptIdentity, late: Placement): void {
  const fact =
    late.placed === 'yes'
      ? ledger.placed(id, { callId: late.call.id })
      : late.placed === 'no'
        ? ledger.refused(id, refusalOf(late.reason, detailOf(late)))
        : undefined
  // If this fails, the look-up finds out the same.
  fact?.catch(() => {})
}

/** Whether it is too late to send: half of the lease is over by either clock, or the wall clock was set back. */
function isTooLate({ clock, ledger }: RunContext, claimStart: ClaimStart): boolean {
  const passed = Math.max(clock.now() - claimStart.wall, clock.elapsed() - claimStart.elapsed)
  return passed >= ledger.times.leaseMs / 2 || clock.now() < claimStart.wall
}

async function recordRefused(
  context: RunContext,
  subject: AttemptIdentity,
  why: string,
  giveUp: AbortSignal,
): Promise<PlaceResult> {
  const result = await retryLedger(context, () => context.ledger.refused(subject.id, why), giveUp)
  if (confirmFact(context, subject, result)) context.emit({ type: 'refused', ...attemptFields(subject), why })
  return { state: result === undefined ? 'unrecorded' : 'over' }
}

/** Records what became of a request, and adapts the rate limit to it. */
async function recordPlacement(
  context: RunContext,
  subject: Claimed,
  placement: Placement,
  { stopBatch, giveUp }: Pick<PlaceOptions, 'stopBatch' | 'giveUp'>,
): Promise<PlaceResult> {
  const { ledger, emit, rateLimit } = context
  const { id } = subject
  if (placement.placed === 'yes') {
    rateLimit.succeeded()
    const { id: callId, key } = placement.call
    const result = await retryLedger(context, () => ledger.placed(id, { callId }), giveUp)
    if (result === undefined) return { state: 'unrecorded' }
    if (!confirmFact(context, subject, result, callId)) return { state: 'over' }
    emit({ type: 'placed', ...attemptFields(subject), callId })
    return { state: 'placed', callId, key }
  }
  if (placement.placed === 'no') {
    const { reason, retryAfterMs } = placement
    const why = refusalOf(reason, detailOf(placement))
    if (!isCounted[reason]) rateLimit.refund(1)
    if (reason === 'rate_limited' || reason === 'never_left') {
      emit({ type: 'slowed', ms: rateLimit.backOff(retryAfterMs), why })
    }
    // Before the refusal is recorded: that frees the slot, and until the batch is stopped, any runner may fill it.
    if (consequenceOf(why) === 'stop') await stopBatch(subject.batch, why)
    return recordRefused(context, subject, why, giveUp)
  }
  const { code, status } = placement
  const why = status === undefined ? code : `${status} ${code}`
  if (status !== undefined && status >= 500) emit({ type: 'slowed', ms: rateLimit.backOff(), why })
  const result = await retryLedger(context, () => ledger.unknown(id, why), giveUp)
  if (result === undefined) return { state: 'unrecorded' }
  if (!confirmFact(context, subject, result)) return { state: 'over' }
  emit({ type: 'unknown', ...attemptFields(subject), why })
  return { state: 'unknown' }
}

/** Sends one claimed attempt, unless a rule or the time forbids it, and records what became of it. */
export async function placeCall(
  context: RunContext,
  claimed: Claimed,
  options: PlaceOptions,
): Promise<PlaceResult> {
  const { ledger, emit, rateLimit } = context
  const { claimStart, check, noMoreRequests, isStopped, giveUp } = options

  const clearance = await check(claimed)
  if (!clearance.may) {
    rateLimit.refund(1)
    return recordRefused(context, claimed, refusalOf(clearance.why, clearance.detail), giveUp)
  }
  if (isStopped(claimed.batch)) {
    rateLimit.refund(1)
    return recordRefused(context, claimed, refusalOf('batch_stopped'), giveUp)
  }
  if (noMoreRequests.aborted || isTooLate(context, claimStart)) {
    rateLimit.refund(1)
    return recordRefused(context, claimed, refusalOf('not_after'), giveUp)
  }
  emit({ type: 'sending', ...attemptFields(claimed) })
  const notAfter = new Date(claimStart.wall + ledger.times.leaseMs / 2)
  const placement = await sendRequest(context, claimed, notAfter)
  return recordPlacement(context, claimed, placement, options)
}
