import type { LedgerTimes } from '@digame/dialer'

/** Where a storm's ledger is. */
export type LedgerPlace =
  | { readonly store: 'sqlite'; readonly path: string }
  | { readonly store: 'postgres'; readonly url: string; readonly schema: string }

/** A storm has no time to wait; what matters is that the spans keep their order, and that no call lasts longer than `maxCallMs`. */
export const times: LedgerTimes = { leaseMs: 3000, requestMs: 1500, settleMs: 400, maxCallMs: 2500 }

/** Where calls live long and nothing is killed: nothing may time out on a busy machine. */
export const patientTimes: LedgerTimes = {
  leaseMs: 15_000,
  requestMs: 30_000,
  settleMs: 400,
  maxCallMs: 120_000,
}
