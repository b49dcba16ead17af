import { maskNumber } from '@digame/internal'
import type { Ledger } from '../ledger/ledger.ts'

/** A row of a plan that is not called. */
export interface SkippedLine {
  readonly line: number
  readonly verdict: 'duplicate' | 'suppressed' | 'rejected'
  readonly reason?: string
  readonly key?: string
  /** The content of the cell in question, such as the number. */
  readonly value?: string
}

/** Text with more than six digits may be a phone number. */
const maskIfNumber = (text: string): string =>
  (text.match(/\d/g)?.length ?? 0) > 6 ? maskNumber(text) : text

/**
 * Lists each row of a batch that is not called, and why. Rows are streamed, so that a million of them need no memory.
 *
 * With `mask`, every key and value that may be a phone number is masked. @default false
 */
export async function* skippedRows(
  ledger: Pick<Ledger, 'skipped'>,
  batch: number,
  { mask = false }: { mask?: boolean } = {},
): AsyncGenerator<SkippedLine> {
  const show = mask ? maskIfNumber : (text: string): string => text
  for await (const { line, verdict, reason, key, value } of ledger.skipped(batch)) {
    yield {
      line,
      verdict,
      ...(reason !== undefined && { reason }),
      ...(key !== undefined && { key: show(key) }),
      ...(value !== undefined && { value: show(value) }),
    }
  }
}
