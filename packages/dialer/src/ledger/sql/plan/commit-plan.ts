/** How a plan becomes a batch. */
import { DialerInputError } from '../../../errors.ts'
import type { PlanWriter } from '../../plan-writer.ts'
import type { NewBatch } from '../../records.ts'
import { readBatch } from '../batches/read-batch.ts'
import type { Context } from '../store/context.ts'
import { count, type Tx } from '../store/db.ts'
import { choice, countBy, number } from '../store/rows.ts'
import { noSkipped } from '../store/words.ts'
import { countSkipped } from './count-skipped.ts'
import { type LateOptions, leaveOutLate } from './leave-out-late.ts'

async function updateBatch(
  tx: Tx,
  plan: number,
  hash: string,
  { name, from_number, agent_version_id, limits, rules }: NewBatch,
): Promise<void> {
  const planned = await count(tx, 'select count(*) as n from lead where batch = $1', plan)
  const rows = await tx.all(
    'select verdict, count(*) as n from skipped where batch = $1 group by verdict',
    plan,
  )
  const skipped = countBy(rows, (row) => choice(row, 'verdict', noSkipped), noSkipped)
  await tx.run(
    `update batch set state = 'paused', hash = $2, name = $3, from_number = $4, agent = $5, tries = $6,
     calls_per_day = $7, budget_calls = $8, budget_minutes = $9, rules = $10, created_at = $11, planned = $12,
     duplicate = $13, suppressed = $14, rejected = $15, recent = $16, minimum_gap = $17 where id = $1`,
    plan,
    hash,
    name ?? null,
    from_number,
    agent_version_id ?? null,
    limits.tries,
    limits.callsPerDay,
    limits.budgetCalls ?? null,
    limits.budgetMinutes ?? null,
    JSON.stringify(rules),
    tx.now,
    planned,
    skipped.duplicate,
    skipped.suppressed,
    skipped.rejected,
    skipped.recent,
    limits.minimumGap ?? 0,
  )
}

async function insertCalendars(
  { db }: Context,
  tx: Tx,
  plan: number,
  calendars: NewBatch['calendars'],
): Promise<void> {
  const values = Object.entries(calendars).map(([key, rules]) => ({ key, rules: JSON.stringify(rules) }))
  await tx.run(
    `insert into calendar(batch, key, rules) select cast($2 as bigint), key, rules
     from ${db.jsonTable(1, { key: 'text', rules: 'text' })}`,
    JSON.stringify(values),
    plan,
  )
}

/** A lead whose calendar the batch does not have would wait for ever. */
async function assertCalendarsKnown(tx: Tx, plan: number): Promise<void> {
  const [lead] = await tx.all(
    `select line from lead where batch = $1 and calendar not in (select key from calendar where batch = $1) limit 1`,
    plan,
  )
  if (lead) {
    throw new DialerInputError(
      'CALENDAR_UNKNOWN',
      `Line ${number(lead, 'line')} names a calendar that the batch does not have`,
    )
  }
}

/**
 * Makes the plan a paused batch; if the ledger has a batch with its hash, leaves the plan alone and returns that batch.
 *
 * @throws DialerInputError `CALENDAR_UNKNOWN`
 */
export async function commitPlan(
  context: Context,
  tx: Tx,
  written: LateOptions,
  batch: NewBatch,
): ReturnType<PlanWriter['commit']> {
  const { plan } = written
  // A hash of the rows would confirm a guess of them.
  const hash = context.seal.fingerprint(batch.hash)
  const [existing] = await tx.all('select id from batch where hash = $1', hash)
  if (existing) {
    const id = number(existing, 'id')
    return { batch: await readBatch(tx, id), existing: true, skipped: await countSkipped(tx, id) }
  }
  if (written.recentMs > 0) await leaveOutLate(context, tx, written)
  await updateBatch(tx, plan, hash, batch)
  await insertCalendars(context, tx, plan, batch.calendars)
  await assertCalendarsKnown(tx, plan)
  await context.db.notify(tx)
  return { batch: await readBatch(tx, plan), existing: false, skipped: await countSkipped(tx, plan) }
}
