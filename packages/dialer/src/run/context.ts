/** What everything that happens in one run shares. */
import { type Clock, pause } from '../clock.ts'
import { DialerError } from '../errors.ts'
import type { AboutAttempt, DialerEvent } from '../events.ts'
import type { FactResult, Ledger } from '../ledger/ledger.ts'
import type { Claimed } from '../ledger/records.ts'
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

/** What all attempts have that are worked on, claimed or taken over. */
export interface Subject {
  readonly id: string
  readonly idempotencyKey: string
  readonly batch?: number | undefined
  readonly lead?: number | undefined
  readonly number: string
  readonly claimedAt: number
}

export const subjectOf = (claimed: Claimed): Subject => ({ ...claimed, id: claimed.attempt })

export const about = ({ id, batch, lead, number }: Subject): AboutAttempt => ({
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
  subject: Subject,
  result: FactResult | undefined,
  callId?: string,
): boolean {
  if (result?.result === 'alarm' && callId !== undefined)
    work.tell({ type: 'alarm', ...about(subject), callId })
  return result?.result === 'changed' || result?.result === 'known'
}
