/**
 * One attempt of this process, from the claim to the fact.
 *
 *   claimed ──► (too late, or a rule) ──► refused
 *      └──► request ──► placed | refused | unknown
 *
 * The claim is durable before anything here begins. Nothing is sent when half of the lease has passed since before the
 * claim, by the wall clock or by the one that nobody sets: a process that slept through its lease must not ring. Nor when
 * the lease is known to be lost, or the run is ended.
 */

import type { Claimed } from '../ledger/records.ts'
import type { Placement } from '../port.ts'
import type { Clearance } from '../rules/check.ts'
import { about, insist, isTaken, type Work } from './context.ts'
import { refusalOf } from './decide.ts'

/** When a claim was begun, by both clocks. */
export interface Begun {
  readonly wall: number
  readonly elapsed: number
}

/** Asks the rules once more, right before the request. It never throws. */
export type RuleCheck = (claimed: Claimed) => Promise<Clearance>

export interface PlaceOptions {
  readonly begun: Begun
  readonly check: RuleCheck
  /** Aborts when nothing more is to be sent: the lease is lost, or the run is ended. */
  readonly over: AbortSignal
  /** Facts are given up once it has aborted and the store does not answer. */
  readonly until: AbortSignal
}

export type Fate =
  | { readonly state: 'placed'; readonly callId: string; readonly key: string | undefined }
  | { readonly state: 'unknown' }
  /** Over, or no longer this process's business. */
  | { readonly state: 'over' }
  /** The ledger's store did not answer until the end; the next runner looks the call up. */
  | { readonly state: 'unrecorded' }

const over: Fate = { state: 'over' }
const unrecorded: Fate = { state: 'unrecorded' }

/** One answer, whatever the port does: a throw, or silence beyond the time for a request, may have placed a call. */
async function send(work: Work, claimed: Claimed, notAfter: Date): Promise<Placement> {
  const { port, clock, ledger } = work
  const { from_number, number: to_number, variables: dynamic_variables, agent_version_id } = claimed
  const controller = new AbortController()
  const silence = Promise.withResolvers<Placement>()
  const cancel = clock.after(ledger.times.requestMs, () => {
    controller.abort()
    silence.resolve({ placed: 'maybe', code: 'TIMEOUT' })
  })
  const request = { from_number, to_number, dynamic_variables, ...(agent_version_id && { agent_version_id }) }
  const options = { idempotencyKey: claimed.idempotencyKey, notAfter, signal: controller.signal }
  try {
    const answer = (async () => port.place(request, options))()
    answer.then(
      (late) => controller.signal.aborted && takeLate(work, claimed, late),
      () => {},
    )
    return await Promise.race([answer, silence.promise])
  } catch (error) {
    return { placed: 'maybe', code: (error as { code?: string }).code ?? 'THROWN' }
  } finally {
    cancel()
  }
}

/** An answer after its time still is a fact. */
function takeLate({ ledger }: Work, { id }: Claimed, late: Placement): void {
  const fact =
    late.placed === 'yes'
      ? ledger.placed(id, { callId: late.call.id })
      : late.placed === 'no'
        ? ledger.refused(id, refusalOf(late.reason, late.code))
        : undefined
  // The look-up finds what this fact would have said.
  fact?.catch(() => {})
}

/** Sends one claimed attempt and records what became of it. */
export async function place(work: Work, claimed: Claimed, options: PlaceOptions): Promise<Fate> {
  const { ledger, clock, tell, pace } = work
  const { begun, check, over: stop, until } = options
  const { id } = claimed
  const spanMs = ledger.times.leaseMs / 2

  const refuse = async (why: string): Promise<Fate> => {
    const result = await insist(work, () => ledger.refused(id, why), until)
    if (isTaken(work, claimed, result)) tell({ type: 'refused', ...about(claimed), why })
    return result === undefined ? unrecorded : over
  }

  const clearance = await check(claimed)
  if (!clearance.may) {
    pace.gaveBack(1)
    return refuse(refusalOf(clearance.why, clearance.detail))
  }
  const passed = Math.max(clock.now() - begun.wall, clock.elapsed() - begun.elapsed)
  if (stop.aborted || passed >= spanMs || clock.now() < begun.wall) {
    pace.gaveBack(1)
    return refuse(refusalOf('not_after'))
  }
  tell({ type: 'sending', ...about(claimed) })
  const answer = await send(work, claimed, new Date(begun.wall + spanMs))

  if (answer.placed === 'yes') {
    pace.well()
    const { id: callId, key } = answer.call
    const result = await insist(work, () => ledger.placed(id, { callId }), until)
    if (result === undefined) return unrecorded
    if (!isTaken(work, claimed, result, callId)) return over
    tell({ type: 'placed', ...about(claimed), callId })
    return { state: 'placed', callId, key }
  }
  if (answer.placed === 'no') {
    const { reason, code, retryAfterMs } = answer
    if (reason !== 'refused' && reason !== 'account') pace.gaveBack(1)
    if (reason === 'rate_limited' || reason === 'never_left') {
      tell({ type: 'slowed', ms: pace.slow(retryAfterMs), why: refusalOf(reason, code) })
    }
    return refuse(refusalOf(reason, code))
  }
  const { code, status } = answer
  const why = status === undefined ? code : `${status} ${code}`
  if (status !== undefined && status >= 500) tell({ type: 'slowed', ms: pace.slow(), why })
  const result = await insist(work, () => ledger.unknown(id, why), until)
  if (result === undefined) return unrecorded
  if (!isTaken(work, claimed, result)) return over
  tell({ type: 'unknown', ...about(claimed), why })
  return { state: 'unknown' }
}
