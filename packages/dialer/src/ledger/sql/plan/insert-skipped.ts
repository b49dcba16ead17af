import type { SkippedRow } from '../../records.ts'
import type { Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { encryptSkipped } from '../store/sealed.ts'

/** Keeps the rows of a plan that are not called, for its report. */
export async function insertSkipped(
  { db, seal }: Context,
  tx: Tx,
  plan: number,
  rows: readonly SkippedRow[],
): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map(({ line, verdict, reason, key, value }) => ({
    line,
    verdict,
    reason,
    data: encryptSkipped(seal, { key, value }),
  }))
  await tx.run(
    `insert into skipped(batch, line, verdict, reason, data)
     select cast($2 as bigint), line, verdict, reason, data
     from ${db.jsonTable(1, { line: 'bigint', verdict: 'text', reason: 'text', data: 'text' })} order by line`,
    JSON.stringify(values),
    plan,
  )
}
