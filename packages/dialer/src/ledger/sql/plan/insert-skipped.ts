import type { SkippedRow } from '../../records.ts'
import type { Context } from '../store/context.ts'
import type { Columns, Tx } from '../store/db.ts'
import { encryptSkipped } from '../store/sealed.ts'

const columns: Columns = {
  line: 'bigint',
  verdict: 'text',
  reason: 'text',
  earlier_batch: 'bigint',
  earlier_at: 'bigint',
  earlier_outcome: 'text',
  data: 'text',
}
const columnNames = Object.keys(columns).join(', ')

/** Keeps the rows of a plan that are not called, for its report. */
export async function insertSkipped(
  { db, seal }: Context,
  tx: Tx,
  plan: number,
  rows: readonly SkippedRow[],
): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map(({ line, verdict, reason, earlier, key, value }) => ({
    line,
    verdict,
    reason,
    earlier_batch: earlier?.batch,
    earlier_at: earlier?.at,
    earlier_outcome: earlier?.outcome,
    data: encryptSkipped(seal, { key, value }),
  }))
  await tx.run(
    `insert into skipped(batch, ${columnNames})
     select cast($2 as bigint), ${columnNames} from ${db.jsonTable(1, columns)} order by line`,
    JSON.stringify(values),
    plan,
  )
}
