/** A plan is a batch in state `planning`, which nothing else sees; committing it changes its state. */
import { DialerInputError } from '../../../errors.ts'
import type { PlanWriter } from '../../plan-writer.ts'
import type { PlanWriterOptions } from '../../records.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { number } from '../store/rows.ts'
import { addRows, fingerprintRows } from './add-rows.ts'
import { commitPlan } from './commit-plan.ts'
import { dropAbandonedPlans, dropPlan } from './drop-plan.ts'
import { type PlanStart, readPlanStart } from './find-recent.ts'
import { insertSkipped } from './insert-skipped.ts'

/** Under the lock, so that no other plan begins or is committed, and no lead is claimed, between the two readings. */
const insertPlan = (context: Context, suppression: boolean): Promise<{ plan: number; start: PlanStart }> =>
  context.db.write(
    async (tx) => {
      assertNotMoved(tx.self)
      const start = await readPlanStart(tx)
      const [row = {}] = await tx.all(
        `insert into batch(state, suppression, created_at, first_lead)
         select 'planning', cast($1 as bigint), cast($2 as bigint), coalesce(max(id), 0) from lead returning id`,
        suppression ? 1 : 0,
        tx.now,
      )
      return { plan: number(row, 'id'), start }
    },
    { lock: true },
  )

/** Shows that the plan is still being written: until it is committed, `created_at` holds the time of the last write. */
async function touchPlan(tx: Tx, plan: number): Promise<void> {
  assertNotMoved(tx.self)
  const touched = await tx.run(
    `update batch set created_at = $2 where id = $1 and state = 'planning'`,
    plan,
    tx.now,
  )
  if (touched === 0) {
    throw new DialerInputError('PLAN_ENDED', 'This plan was committed, aborted or abandoned: begin it again')
  }
}

export async function beginPlan(
  context: Context,
  { suppression, recentMs = 0 }: PlanWriterOptions,
): Promise<PlanWriter> {
  const { db } = context
  await dropAbandonedPlans(context)
  const { plan, start } = await insertPlan(context, suppression)

  return {
    async add(planRows) {
      const rows = fingerprintRows(context, planRows)
      return await db.write(async (tx) => {
        await touchPlan(tx, plan)
        return await addRows(context, tx, { plan, suppression, recentMs }, rows)
      })
    },
    reject: (rows) =>
      db.write(async (tx) => {
        await touchPlan(tx, plan)
        await insertSkipped(
          context,
          tx,
          plan,
          rows.map((row) => ({ ...row, verdict: 'rejected' })),
        )
      }),
    async commit(batch) {
      const result = await db.write(
        async (tx) => {
          await touchPlan(tx, plan)
          return await commitPlan(context, tx, { plan, start, recentMs }, batch)
        },
        { lock: true },
      )
      if (result.existing) await dropPlan(context, plan)
      context.notifyListeners()
      return result
    },
    abort: () => dropPlan(context, plan),
  }
}
