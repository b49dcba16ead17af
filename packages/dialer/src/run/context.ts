/** What everything that happens in one run shares. */
import { type Clock, pause } from '../clock.ts'
import { DialerError } from '../errors.ts'
import type { AboutAttempt, DialerEvent } from '../events.ts'
import type { FactResult, Ledger } from '../ledger/ledger.ts'
import type { AttemptIdentity } from '../ledger/records.ts'
import { maskNumber } from '../mask.ts'
import { messageOf } from '../message.ts'
import type { Port } from '../port.ts'
import type { ResolvedLimits } from './limits.ts'
import type { Pace } from './rate-limit.ts'

export interface Work {
  readonly port: Port
  readonly ledger: Ledger
  readonly limits: ResolvedLimits
  readonly clock: Clock
  readonly pace: Pace
  /** A number from 0 to 1. */
  readonly random: () => number
  readonly tell: (event: DialerEvent) => void
}

export const about = ({ id, batch, lead, number }: AttemptIdentity): AboutAttempt => ({
  attempt: id,
  batch,
  lead,
  number: maskNumber(number),
})

const longestMs = 5000

/**
 * Does something to the ledger, again and again while its store does not answer; gives up once `until` has aborted.
 *
 * @throws DialerError at once: the ledger did answer
 */
export async function insist<Result>(
  { clock, random, tell }: Work,
  what: () => Promise<Result>,
  until: AbortSignal,
): Promise<Result | undefined> {
  for (let waitMs = 100; ; waitMs = Math.min(longestMs, waitMs * 2)) {
    try {
      return await what()
    } catch (error) {
      if (error instanceof DialerError) throw error
      tell({ type: 'ledger_trouble', why: messageOf(error) })
      if (until.aborted) return undefined
      await pause(clock, waitMs * (0.5 + random() / 2), until)
    }
  }
}

/** Tells of a fact that could not be taken in; `true` if the ledger now says what was reported. */
export function isTaken(
  work: Work,
  subject: AttemptIdentity,
  result: FactResult | undefined,
  callId?: string,
): boolean {
  if (result?.result === 'alarm' && callId !== undefined)
    work.tell({ type: 'alarm', ...about(subject), callId })
  return result?.result === 'changed' || result?.result === 'known'
}
