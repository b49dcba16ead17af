import type { Ledger } from '../ledger/ledger.ts'
import { maskNumber } from '../mask.ts'

/** A row that is not called, as a report tells it. */
export interface SkippedLine {
  readonly line: number
  readonly verdict: 'duplicate' | 'suppressed' | 'rejected'
  readonly reason?: string
  readonly key?: string
  /** What stood there; masked where it may be a number. */
  readonly value?: string
}

const masked = (value: string, isMasked: boolean): string =>
  isMasked && (value.match(/\d/g)?.length ?? 0) > 6 ? maskNumber(value) : value

/**
 * Each row of a batch that is not called, and why; streamed, so that a million of them need no memory.
 *
 * The columns of a report of them: `line`, `verdict`, `reason`, `key`, `value`.
 */
export async function* skippedRows(
  ledger: Pick<Ledger, 'skipped'>,
  batch: number,
  { mask = false }: { mask?: boolean } = {},
): AsyncGenerator<SkippedLine> {
  for await (const { line, verdict, reason, key, value } of ledger.skipped(batch)) {
    yield {
      line,
      verdict,
      ...(reason !== undefined && { reason }),
      ...(key !== undefined && { key: masked(key, mask) }),
      ...(value !== undefined && { value: masked(value, mask) }),
    }
  }
}
