import type { Batch, SkippedCount } from '../ledger/records.ts'

export interface SkippedInput {
  readonly batch: Batch
  /** Whether the same plan was made before. */
  readonly existing: boolean
  readonly skipped: readonly SkippedCount[]
  /** People who were called in this time before the plan are left out. */
  readonly recentDays: number
}

/** Batches that a warning names; there may be many. */
const mostNamed = 3

const total = (counts: readonly SkippedCount[]): number => counts.reduce((sum, { rows }) => sum + rows, 0)

const quoteBatch = ({ id, name }: NonNullable<SkippedCount['earlierBatch']>): string =>
  name === undefined ? `batch ${id}` : `batch ${id} ${JSON.stringify(name)}`

/** How many of the rows are left out because of which batch, such as `8 of them by batch 3 "June", 4 by batch 5`. */
function nameBatches(counts: readonly SkippedCount[], preposition: 'by' | 'in'): string {
  const byBatch = Map.groupBy(counts, ({ earlierBatch }) => earlierBatch?.id)
  const parts = [...byBatch.values()].flatMap((same) => {
    const { earlierBatch } = same[0] ?? {}
    return earlierBatch ? [{ rows: total(same), batch: quoteBatch(earlierBatch) }] : []
  })
  if (parts.length === 0) return ''
  parts.sort((a, b) => b.rows - a.rows)
  const texts = parts
    .slice(0, mostNamed)
    .map(({ rows, batch }, index) => `${rows}${index === 0 ? ' of them' : ''} ${preposition} ${batch}`)
  return `, ${texts.join(', ')}${parts.length > mostNamed ? ' …' : ''}`
}

const leftOut = (rows: number): string =>
  rows === 1 ? '1 row is left out because its number' : `${rows} rows are left out because their numbers`

/** What a person should know about the rows that a plan does not call although their numbers could be called, one line each. */
export function warnAboutSkipped({ batch, existing, skipped, recentDays }: SkippedInput): string[] {
  const select = (verdict: SkippedCount['verdict'], ...reasons: readonly string[]): SkippedCount[] =>
    skipped.filter((one) => one.verdict === verdict && reasons.includes(one.reason ?? ''))
  const others = select('duplicate', 'other_variables')
  const called = select('recent', 'called', 'maybe_called')
  const waiting = select('recent', 'planned')
  const warnings: string[] = []
  if (others.length > 0) {
    const rows = total(others)
    warnings.push(
      `${rows === 1 ? '1 row repeats' : `${rows} rows repeat`} a number with other variables: only the first row of each number is called.`,
    )
  }
  if (called.length > 0) {
    const rows = total(called)
    const days = recentDays === 1 ? 'day' : `${recentDays} days`
    const inDoubt = called.some(({ reason }) => reason === 'maybe_called') ? ', or may have been called,' : ''
    warnings.push(
      `${leftOut(rows)} ${rows === 1 ? 'was' : 'were'} called${inDoubt} in the last ${days}${nameBatches(called, 'by')}.`,
    )
  }
  if (waiting.length > 0) {
    const rows = total(waiting)
    warnings.push(
      `${leftOut(rows)} ${rows === 1 ? 'waits' : 'wait'} to be called${nameBatches(waiting, 'in')}: if this list replaces that batch, cancel the batch, then plan this list again under another name.`,
    )
  }
  if (existing && batch.rows.recent > 0) {
    warnings.push(
      `This plan was made before, as batch ${batch.id}, and adds nobody to it: to call those who were left out then, plan the list under another name.`,
    )
  }
  return warnings
}
