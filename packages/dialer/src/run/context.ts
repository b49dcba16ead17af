import { backoff, type Clock, maskNumber } from '@digame/internal'
import { pause } from '../clock.ts'
import { DialerError, messageOf } from '../errors.ts'
import type { AttemptFields, DialerEvent } from '../events.ts'
import type { FactResult, Ledger } from '../ledger/ledger.ts'
import type { AttemptIdentity } from '../ledger/records.ts'
import type { Port } from '../port.ts'
import type { ResolvedLimits } from './limits.ts'
import type { RateLimit } from './rate-limit.ts'

/** What every part of a run shares. */
export interface RunContext {
  readonly port: Port
  readonly ledger: Ledger
  readonly limits: ResolvedLimits
  readonly clock: Clock
  readonly rateLimit: RateLimit
  /** A number from 0 to 1. */
  readonly random: () => number
  readonly emit: (event: DialerEvent) => void
}

/** The fields of an event about this attempt. */
export const attemptFields = ({ id, batch, lead, number }: AttemptIdentity): AttemptFields => ({
  attempt: id,
  batch,
  lead,
  number: maskNumber(number),
})

/** Waits between tries of a store that fails, in milliseconds. */
const retryWaits = { firstMs: 100, maxMs: 5000 }

/**
 * Calls the ledger, and tries again while its store fails. Returns undefined if it still fails once `until` has aborted.
 *
 * @throws DialerError at once: the ledger itself refused, so another try would change nothing
 */
export async function retryLedger<Result>(
  { clock, random, emit }: RunContext,
  call: () => Promise<Result>,
  until: AbortSignal,
): Promise<Result | undefined> {
  for (let retry = 0; ; retry++) {
    try {
      return await call()
    } catch (error) {
      if (error instanceof DialerError) throw error
      emit({ type: 'ledger_trouble', why: messageOf(error) })
      if (until.aborted) return undefined
      await pause(clock, backoff(retry, { ...retryWaits, random }), until)
    }
  }
}

/**
 * Whether the ledger now holds the fact that was reported, new or known before. Emits `alarm` if the ledger has recorded one
 * for `callId`.
 */
export function confirmFact(
  { emit }: RunContext,
  subject: AttemptIdentity,
  result: FactResult | undefined,
  callId?: string,
): boolean {
  if (result?.result === 'alarm' && callId !== undefined)
    emit({ type: 'alarm', ...attemptFields(subject), callId })
  return result?.result === 'changed' || result?.result === 'known'
}
