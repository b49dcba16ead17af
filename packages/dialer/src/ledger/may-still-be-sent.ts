import { DialerInputError } from '../errors.ts'
import type { LedgerTimes } from './ledger.ts'

type SendTimes = Pick<LedgerTimes, 'leaseMs' | 'requestMs' | 'settleMs'>

/**
 * From when on a look-up can prove that an attempt was never sent, in milliseconds since 1970.
 *
 * Its sender may start the request until its lease ends, the request may take `requestMs`, and the call may be listed
 * `settleMs` after that. Until then the attempt may still be sent, and a person must not settle it as not called.
 */
export const settleableFrom = (claimedAt: number, { leaseMs, requestMs, settleMs }: SendTimes): number =>
  claimedAt + leaseMs + requestMs + settleMs

/** @throws DialerInputError `TOO_EARLY` while the attempt's sender may still send it */
export function assertSettleable(
  { id, claimedAt }: { readonly id: string; readonly claimedAt: number },
  times: SendTimes,
  now: number,
): void {
  const waitMs = settleableFrom(claimedAt, times) - now
  if (waitMs <= 0) return
  throw new DialerInputError(
    'TOO_EARLY',
    `Attempt ${id} may still be sent by the process that claimed it: settle it in ${Math.ceil(waitMs / 1000)} s.`,
  )
}
