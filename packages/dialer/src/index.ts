export type { Clock } from '@digame/internal'
export { createDialer, type Dialer, type DialerOptions, type RunEnd, type RunOptions } from './dialer.ts'
export {
  DialerAdoptionError,
  DialerBusyError,
  DialerError,
  DialerFencedError,
  DialerInputError,
  DialerLedgerError,
  type Holder,
} from './errors.ts'
export type { DialerEvent } from './events.ts'
export { copyLedger } from './ledger/copy.ts'
export type { FactResult, Ledger, LedgerTimes, Runner } from './ledger/ledger.ts'
export { openPostgresLedger, type PostgresLedgerOptions } from './ledger/postgres/open.ts'
export type {
  Alarm,
  Attempt,
  AttemptState,
  Batch,
  BatchState,
  BatchStatus,
  LeadRecord,
  LeadState,
} from './ledger/records.ts'
export { openSqliteLedger, type SqliteLedgerOptions } from './ledger/sqlite/open.ts'
export type { ColumnNames } from './plan/columns.ts'
export type { Source } from './plan/decode.ts'
export type { Assumptions, Estimate } from './plan/estimate.ts'
export type { RejectReason } from './plan/lead.ts'
export { readLocalDays, type Suppressed, type SuppressOptions, suppressList } from './plan/lists.ts'
export type { PlanOptions } from './plan/options.ts'
export { type Plan, planBatch } from './plan/plan.ts'
export type { Leads } from './plan/source.ts'
export type { Found, NotPlaced, Outcome, Placement, PlaceRequest, Port, PortCall } from './port.ts'
export type { BatchReportOptions } from './report/report.ts'
export { type SkippedLine, skippedRows } from './report/skipped.ts'
export type { LocalDay, MovedHolidays } from './rules/holidays.ts'
export type { Purpose } from './rules/purpose.ts'
export { defaultRetries, type RetryTable } from './rules/retries.ts'
export type { SuppressionHook } from './rules/suppression.ts'
export type { Limits } from './run/limits.ts'
export type { HeldCase, ReconcileOptions, Settled, Statement } from './run/reconcile.ts'
