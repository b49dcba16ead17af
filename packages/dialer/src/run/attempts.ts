import type { Attempt, AttemptIdentity, Claimed } from '../ledger/records.ts'
import { followCall } from './follow-call.ts'
import { lookUpCall } from './look-up-call.ts'
import { type ClaimStart, placeCall } from './place-call.ts'
import type { Session } from './session-context.ts'

const keyless = 'calls come back without their key: one that is lost could not be found again'

/** Follows a call to its end. Stops the batch if the call comes back without its key. */
function followToEnd(session: Session, subject: AttemptIdentity, callId: string): Promise<void> {
  const { runner, inFlight, batches, lease, signals } = session
  return followCall(session, runner, subject, {
    callId,
    followed: () => inFlight.size(),
    onPoll: ({ key }) => {
      if (key === undefined) batches.stop(subject.batch, keyless).catch(lease.handleError)
    },
    until: signals.over,
  })
}

/** Looks up a call that may have been made, and follows it if there is one. */
async function resolveUnknown(session: Session, subject: AttemptIdentity): Promise<void> {
  const { runner, batches, signals } = session
  const result = await lookUpCall(session, runner, subject, signals.over)
  if (result.state === 'held' && result.candidates > 0) await batches.stop(subject.batch, keyless)
  if (result.state === 'placed') await followToEnd(session, subject, result.call.id)
}

/** Places a claimed attempt's call and stays with it to the end. */
export async function sendClaimed(session: Session, claimed: Claimed, claimStart: ClaimStart): Promise<void> {
  const { rulebook, inFlight, batches, lease, signals } = session
  const result = await placeCall(session, claimed, {
    claimStart,
    check: rulebook.check,
    noMoreRequests: signals.noMoreRequests,
    isStopped: batches.isStopped,
    // If this fails, the batch is stopped when the lead is decided.
    stopBatch: (batch, why) => batches.stop(batch, why).catch(lease.handleError),
    giveUp: signals.giveUpFacts,
  })
  // Without its fact in the ledger the attempt must stay among those being sent: a takeover would count it as never sent.
  if (result.state === 'unrecorded') return
  inFlight.finishSending(claimed.id)
  inFlight.wake()
  if (result.state === 'placed') {
    if (result.key === undefined) await batches.stop(claimed.batch, keyless)
    await followToEnd(session, claimed, result.callId)
  }
  if (result.state === 'unknown') await resolveUnknown(session, claimed)
}

/** Goes on with an open attempt that was taken over, or whose work here has failed. */
export async function resumeAttempt(session: Session, attempt: Attempt): Promise<void> {
  const { state, callId } = attempt
  if (state === 'placed' && callId !== undefined) await followToEnd(session, attempt, callId)
  if (state === 'unknown') await resolveUnknown(session, attempt)
}
