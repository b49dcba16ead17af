import type { SkippedCount } from '../../records.ts'
import type { Tx } from '../store/db.ts'
import { choice, number, optionalNumber, optionalText } from '../store/rows.ts'
import { noSkipped } from '../store/words.ts'

/** Counts the rows of a batch that are not called, the most frequent reasons first. */
export async function countSkipped(tx: Tx, batch: number): Promise<SkippedCount[]> {
  const rows = await tx.all(
    `select s.verdict, s.reason, s.earlier_batch, b.name, count(*) as n
     from skipped s left join batch b on b.id = s.earlier_batch where s.batch = $1
     group by s.verdict, s.reason, s.earlier_batch, b.name order by count(*) desc, s.earlier_batch`,
    batch,
  )
  return rows.map((row) => {
    const id = optionalNumber(row, 'earlier_batch')
    return {
      verdict: choice(row, 'verdict', noSkipped),
      reason: optionalText(row, 'reason'),
      earlierBatch: id === undefined ? undefined : { id, name: optionalText(row, 'name') },
      rows: number(row, 'n'),
    }
  })
}
