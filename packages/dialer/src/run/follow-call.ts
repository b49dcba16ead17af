import { exponential, spread } from '@digame/internal'
import { pause, within } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { AttemptIdentity } from '../ledger/records.ts'
import type { PortCall } from '../port.ts'
import { attemptFields, confirmFact, type RunContext, retryLedger } from './context.ts'
import { refusalOf } from './refusal.ts'

export interface FollowOptions {
  readonly callId: string
  /** How many calls are followed now: the more there are, the less often each is polled. */
  readonly followed: () => number
  /** Called with each poll's result. */
  readonly onPoll: (call: PortCall) => void
  readonly until: AbortSignal
}

/** All calls together are polled at most this often. */
const pollsPerSecond = 100
/** A call is given up only after at least this many polls have failed in a row. */
const maxFailures = 10
/** Longest wait between polls that fail, in milliseconds. */
const longestFailureMs = 30_000
/** Time allowed for one poll, retries by the port included, in milliseconds. */
const pollTimeoutMs = 120_000

/**
 * Gives a call up if it could not be polled for as long as a call may last. One that was polled since then may have started
 * late, or last longer. Returns whether to stop following it.
 */
async function giveUpIfLost(
  context: RunContext,
  runner: Runner,
  subject: AttemptIdentity,
  polledAt: number,
  until: AbortSignal,
): Promise<boolean> {
  const { ledger, clock, emit } = context
  if (clock.elapsed() - polledAt < ledger.times.maxCallMs) return false
  const now = await retryLedger(context, () => ledger.now(), until)
  if (now === undefined || now - subject.claimedAt <= ledger.times.maxCallMs) return false
  const result = await retryLedger(context, () => runner.lose(subject.id), until)
  if (result?.result !== 'changed') return result?.state !== 'placed'
  emit({ type: 'ended', ...attemptFields(subject), outcome: 'other', seconds: undefined })
  return true
}

/** Records that a call was never dialled. Slows down before that frees its slot, so that no other call takes it at once. */
async function recordUndialled(
  context: RunContext,
  subject: AttemptIdentity,
  until: AbortSignal,
): Promise<void> {
  const { ledger, emit, rateLimit } = context
  const why = refusalOf('concurrency_limit')
  emit({ type: 'slowed', ms: rateLimit.hitConcurrencyLimit(), why })
  const result = await retryLedger(context, () => ledger.undialled(subject.id, why), until)
  if (confirmFact(context, subject, result)) emit({ type: 'refused', ...attemptFields(subject), why })
}

async function recordEnd(
  context: RunContext,
  subject: AttemptIdentity,
  { outcome = 'other', seconds, endReason: why }: PortCall,
  until: AbortSignal,
): Promise<void> {
  const { ledger, emit, rateLimit } = context
  rateLimit.dialled()
  const result = await retryLedger(context, () => ledger.ended(subject.id, { outcome, seconds, why }), until)
  if (confirmFact(context, subject, result))
    emit({ type: 'ended', ...attemptFields(subject), outcome, seconds })
}

/**
 * Polls a call until it has ended, and records its end.
 *
 * The wait is `pollMs` after a change of status and grows to ten times as long while nothing changes. A call that cannot be
 * polled for as long as a call may last, counted from its last poll or from here, is given up as `other`.
 *
 * @throws DialerFencedError once the lease is lost
 */
export async function followCall(
  context: RunContext,
  runner: Runner,
  subject: AttemptIdentity,
  { callId, followed, onPoll, until }: FollowOptions,
): Promise<void> {
  const { port, clock, random, limits, emit } = context
  const { pollMs } = limits

  let lastStatus: string | undefined
  let waitMs = pollMs
  let failures = 0
  let polledAt = clock.elapsed()
  while (!until.aborted) {
    try {
      const call = await within(clock, pollTimeoutMs, until, (signal) => port.get(callId, { signal }))
      failures = 0
      polledAt = clock.elapsed()
      onPoll(call)
      if (call.hasEnded && call.hitConcurrencyLimit) return await recordUndialled(context, subject, until)
      if (call.hasEnded) return await recordEnd(context, subject, call, until)
      waitMs = call.status === lastStatus ? Math.min(waitMs * 1.25, pollMs * 10) : pollMs
      lastStatus = call.status
    } catch (error) {
      if (until.aborted) return
      failures++
      if (failures === maxFailures)
        emit({ type: 'unreadable', ...attemptFields(subject), why: messageOf(error) })
      if (failures >= maxFailures && (await giveUpIfLost(context, runner, subject, polledAt, until))) return
      waitMs = exponential(failures, { firstMs: pollMs, maxMs: longestFailureMs })
    }
    const leastMs = (followed() / pollsPerSecond) * 1000
    await pause(clock, spread(Math.max(waitMs, leastMs), random), until)
  }
}
