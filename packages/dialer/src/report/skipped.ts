import { maskNumber } from '@digame/internal'
import type { Ledger } from '../ledger/ledger.ts'
import type { EarlierCall, SkippedRow } from '../ledger/records.ts'
import type { Outcome } from '../port.ts'

/** A row of a plan that is not called. */
export interface SkippedLine {
  readonly line: number
  readonly verdict: SkippedRow['verdict']
  /**
   * Of a rejected row what is wrong with it, of a duplicate `other_variables` if its variables differ from those of the first row,
   * of a recent one `called`, `maybe_called` (its call is in doubt or has only begun) or `planned` (it waits in another batch).
   */
  readonly reason?: string
  /** Of a recent row: when its number was called, by which batch, and how the call ended, as far as that is known. */
  readonly earlier?: { readonly batch?: number; readonly calledAt?: Date; readonly outcome?: Outcome }
  readonly key?: string
  /** The content of the cell in question, such as the number. */
  readonly value?: string
}

/** Text with more than six digits may be a phone number. */
const maskIfNumber = (text: string): string =>
  (text.match(/\d/g)?.length ?? 0) > 6 ? maskNumber(text) : text

const showEarlier = ({ batch, at, outcome }: EarlierCall): NonNullable<SkippedLine['earlier']> => ({
  ...(batch !== undefined && { batch }),
  ...(at !== undefined && { calledAt: new Date(at) }),
  ...(outcome !== undefined && { outcome }),
})

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
  for await (const { line, verdict, reason, earlier, key, value } of ledger.skipped(batch)) {
    yield {
      line,
      verdict,
      ...(reason !== undefined && { reason }),
      ...(earlier && { earlier: showEarlier(earlier) }),
      ...(key !== undefined && { key: show(key) }),
      ...(value !== undefined && { value: show(value) }),
    }
  }
}
