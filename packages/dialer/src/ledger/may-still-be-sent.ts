import { DialerInputError } from '../errors.ts'
import type { LedgerTimes } from './ledger.ts'

/**
 * From when on a claimed attempt is certain not to be sent any more, in milliseconds since 1970: its sender's lease is over, its
 * request has timed out, and its call would be listed.
 */
export const settleableFrom = (
  claimedAt: number,
  { leaseMs, requestMs, settleMs }: Pick<LedgerTimes, 'leaseMs' | 'requestMs' | 'settleMs'>,
): number => claimedAt + leaseMs + requestMs + settleMs

/** @throws DialerInputError `TOO_EARLY` the attempt's sender may still send it at `now` */
export function assertSettleable(attempt: string, claimedAt: number, times: LedgerTimes, now: number): void {
  const waitMs = settleableFrom(claimedAt, times) - now
  if (waitMs <= 0) return
  throw new DialerInputError(
    'TOO_EARLY',
    `Attempt ${attempt} may still be sent by the process that claimed it: settle it in ${Math.ceil(waitMs / 1000)} s`,
  )
}
