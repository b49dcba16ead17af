import type { Context } from '../store/context.ts'
import { number } from '../store/rows.ts'

/** A plan without a write for this long was abandoned. */
const abandonedMs = 3_600_000
const rowsPerTransaction = 5_000

/** Drops a plan that was not committed, in transactions short enough to let others in between. */
export async function dropPlan({ db }: Context, plan: number): Promise<void> {
  const deleteSome = (table: 'lead' | 'skipped'): Promise<number> =>
    db.write((tx) =>
      tx.run(
        `delete from ${table} where id in (select t.id from ${table} t join batch b on b.id = t.batch
         where b.id = $1 and b.state = 'planning' limit ${rowsPerTransaction})`,
        plan,
      ),
    )
  while ((await deleteSome('lead')) > 0);
  while ((await deleteSome('skipped')) > 0);
  await db.write((tx) => tx.run(`delete from batch where id = $1 and state = 'planning'`, plan))
}

/** Drops the plans whose writers died. */
export async function dropAbandonedPlans(context: Context): Promise<void> {
  const abandoned = await context.db.read((tx) =>
    tx.all(`select id from batch where state = 'planning' and created_at < $1`, tx.now - abandonedMs),
  )
  for (const row of abandoned) await dropPlan(context, number(row, 'id'))
}
