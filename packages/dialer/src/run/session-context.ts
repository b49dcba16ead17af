import type { LedgerClock } from '../clock.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { AccountTraffic } from './account-traffic.ts'
import type { RunContext } from './context.ts'
import type { InFlight } from './in-flight.ts'
import type { KnownBatches } from './known-batches.ts'
import type { Lease } from './lease.ts'
import type { Phase } from './phase.ts'
import type { Rulebook } from './rulebook.ts'

/** What every part of one session shares. */
export interface Session extends RunContext {
  readonly runner: Runner
  readonly lease: Lease
  readonly traffic: AccountTraffic
  readonly rulebook: Rulebook
  readonly batches: KnownBatches
  readonly inFlight: InFlight
  /** Hours, days and due times follow this clock. */
  readonly ledgerClock: LedgerClock
  /** Only this batch is claimed from, if it is set. */
  readonly only: number | undefined
  /** Whether to wait for new work when none is left. */
  readonly stay: boolean
  readonly signals: SessionSignals
  readonly state: SessionState
}

interface SessionSignals {
  /** Look-ups and following end; requests under way go on. */
  readonly over: AbortSignal
  /** No request is sent any more, not even for an attempt that was claimed a moment ago. */
  readonly noMoreRequests: AbortSignal
  /** A store that has not taken the last facts by now is no longer waited for. */
  readonly giveUpFacts: AbortSignal
}

/** What the loop of a session remembers from turn to turn. Times are of the monotonic clock, in milliseconds. */
interface SessionState {
  phase: Phase
  /** When the next full scan is due. */
  scanAt: number
  /** When leads are next searched for expired ones. */
  expireAt: number
  /** When the service's calls may next be compared with the ledger. */
  compareAt: number
  /** Comparisons that failed in a row. */
  failedComparisons: number
  /** The last `waiting` event; its time is by the ledger's clock, absent where it is not known. */
  announcedWait: { readonly until: number | undefined } | undefined
}
