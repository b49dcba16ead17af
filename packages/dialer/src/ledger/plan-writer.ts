import type { Batch, NewBatch, PlanRow, RowVerdict, SkippedCount } from './records.ts'

/** Writes one plan; add about 1,000 rows at a time. Nothing of it is visible before `commit`. A plan without a write for an hour is dropped. */
export interface PlanWriter {
  /**
   * Returns one verdict per row, in order. A number is planned once: the first row wins. `commit` may still leave out a planned row
   * as `recent`, if another plan was committed or somebody was called in the meantime.
   */
  add(rows: readonly PlanRow[]): Promise<RowVerdict[]>
  /** Keeps rows that cannot be called, for the report. */
  reject(
    rows: readonly { line: number; reason: string; key?: string | undefined; value?: string | undefined }[],
  ): Promise<void>
  /**
   * Makes the plan a paused batch. If the ledger has a batch with this hash, drops the plan and returns that batch. `skipped`
   * counts the rows of the returned batch that are not called.
   */
  commit(batch: NewBatch): Promise<{ batch: Batch; existing: boolean; skipped: readonly SkippedCount[] }>
  /** Drops the plan. */
  abort(): Promise<void>
}
