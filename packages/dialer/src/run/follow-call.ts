/** Follows a placed call to its end. */

import { pause, within } from '../clock.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { AttemptIdentity } from '../ledger/records.ts'
import { messageOf } from '../message.ts'
import type { PortCall } from '../port.ts'
import { about, insist, isTaken, type Work } from './context.ts'

export interface FollowOptions {
  readonly callId: string
  /** How many calls are followed now: the more, the less often each is read. */
  readonly others: () => number
  /** Told of each reading. */
  readonly onRead: (call: PortCall) => void
  readonly until: AbortSignal
}

/** All calls together are read at most so often a second. */
const readsPerSecond = 100
/** So many readings in a row must have failed before a call is given up. */
const patience = 10
const longestFailureMs = 30_000
/** One reading, the port's own tries included. */
const readMs = 120_000

/** Gives a call up that was not read for as long as a call can last; one that was may have begun late, or last longer. */
async function isLost(
  work: Work,
  runner: Runner,
  subject: AttemptIdentity,
  readAt: number,
  until: AbortSignal,
): Promise<boolean> {
  const { ledger, clock, tell } = work
  if (clock.elapsed() - readAt < ledger.times.maxCallMs) return false
  const now = await insist(work, () => ledger.now(), until)
  if (now === undefined || now - subject.claimedAt <= ledger.times.maxCallMs) return false
  const result = await insist(work, () => runner.lose(subject.id), until)
  if (result?.result !== 'changed') return result?.state !== 'placed'
  tell({ type: 'ended', ...about(subject), outcome: 'other', seconds: undefined })
  return true
}

/**
 * Reads a call until it has ended, after `pollMs` when its status has changed and ever more slowly while it has not, up to
 * ten times as long, and records its end. A call that cannot be read for as long as a call can last,
 * counted from its last reading or from here, is given up as `other`.
 *
 * @throws DialerFencedError once the lease is lost
 */
export async function follow(
  work: Work,
  runner: Runner,
  subject: AttemptIdentity,
  { callId, others, onRead, until }: FollowOptions,
): Promise<void> {
  const { port, ledger, clock, random, limits, tell } = work
  const { id } = subject
  const { pollMs } = limits
  const spread = (ms: number): number => ms * (0.8 + 0.4 * random())

  let last: string | undefined
  let waitMs = pollMs
  let failures = 0
  let readAt = clock.elapsed()
  while (!until.aborted) {
    try {
      const call = await within(clock, readMs, until, (signal) => port.get(callId, { signal }))
      failures = 0
      readAt = clock.elapsed()
      onRead(call)
      if (call.hasEnded) {
        const { outcome = 'other', seconds, endReason: why } = call
        const result = await insist(work, () => ledger.ended(id, { outcome, seconds, why }), until)
        if (isTaken(work, subject, result)) tell({ type: 'ended', ...about(subject), outcome, seconds })
        return
      }
      waitMs = call.status === last ? Math.min(waitMs * 1.25, pollMs * 10) : pollMs
      last = call.status
    } catch (error) {
      if (until.aborted) return
      failures++
      if (failures === patience) tell({ type: 'unreadable', ...about(subject), why: messageOf(error) })
      if (failures >= patience && (await isLost(work, runner, subject, readAt, until))) return
      waitMs = Math.min(pollMs * 2 ** Math.min(failures, 20), longestFailureMs)
    }
    await pause(clock, spread(Math.max(waitMs, (others() / readsPerSecond) * 1000)), until)
  }
}
