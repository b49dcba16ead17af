/** Where a storm keeps its ledger, and the times that the ledger is opened with. */
import { type Ledger, type LedgerTimes, openPostgresLedger, openSqliteLedger } from '@digame/dialer'

export type LedgerLocation =
  | { readonly store: 'sqlite'; readonly path: string }
  | { readonly store: 'postgres'; readonly url: string; readonly schema: string }

/** Short, so that a storm need not wait. They keep their order, and no call lasts longer than `maxCallMs`. */
export const times: LedgerTimes = { leaseMs: 3000, requestMs: 1500, settleMs: 400, maxCallMs: 2500 }

/** For storms in which calls last long and nothing is killed: nothing may time out on a busy machine. */
export const patientTimes: LedgerTimes = {
  leaseMs: 15_000,
  requestMs: 30_000,
  settleMs: 400,
  maxCallMs: 120_000,
}

/** Opens a ledger with the given times, or with the dialer's own defaults. */
export const openLedgerAt = (location: LedgerLocation, chosen?: LedgerTimes): Promise<Ledger> => {
  const options = chosen ? { times: chosen } : {}
  return location.store === 'sqlite'
    ? openSqliteLedger(location.path, options)
    : openPostgresLedger(location.url, { schema: location.schema, ...options })
}
