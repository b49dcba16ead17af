/** Leaves out people whom others planned or called while a plan was being written. */
import type { SkippedRow } from '../../records.ts'
import type { Context } from '../store/context.ts'
import { inList, jsonList, type Tx } from '../store/db.ts'
import { isWaiting } from '../store/predicates.ts'
import { number, type Row, text } from '../store/rows.ts'
import { decryptPerson } from '../store/sealed.ts'
import { findRecent, type PlanStart } from './find-recent.ts'
import { insertSkipped } from './insert-skipped.ts'

const rowsPerPage = 1_000
/** Searching for them reads the whole plan, so many are found at once. */
const foundAtOnce = 20_000

export interface LateOptions {
  readonly plan: number
  readonly start: PlanStart
  /** In milliseconds. */
  readonly recentMs: number
}

/** Turns those of these leads that are recent into skipped rows. */
async function leaveOut(
  context: Context,
  tx: Tx,
  { plan, recentMs }: LateOptions,
  leads: readonly Row[],
): Promise<void> {
  const { db, seal } = context
  const people = leads.map((row) => text(row, 'person'))
  const recent = await findRecent(context, tx, people, tx.now - recentMs)
  const late = leads.filter((row) => recent.has(text(row, 'person')))
  const skipped = late.map((row): SkippedRow => {
    const { number: value, key } = decryptPerson(seal, row)
    return { line: number(row, 'line'), verdict: 'recent', key, value, ...recent.get(text(row, 'person')) }
  })
  const ids = jsonList(late.map((row) => number(row, 'id')))
  await tx.run(`delete from lead where id ${inList(db, 1, 'bigint')}`, ids)
  await insertSkipped(context, tx, plan, skipped)
}

/** Leaves out people who were called since the plan began. They are few, compared with those of a plan. */
async function leaveOutCalled(context: Context, tx: Tx, options: LateOptions): Promise<void> {
  for (let after = options.start.newestAttempt; ; ) {
    const attempts = await tx.all(
      `select seq, person from attempt where seq > $1 and state <> 'refused' order by seq limit ${rowsPerPage}`,
      after,
    )
    const last = attempts.at(-1)
    if (!last) return
    after = number(last, 'seq')
    const leads = await tx.all(
      `select id, line, person, data from lead where batch = $1 and person ${inList(context.db, 2, 'text')} order by id`,
      options.plan,
      jsonList(attempts.map((row) => text(row, 'person'))),
    )
    await leaveOut(context, tx, options, leads)
  }
}

/** Leaves out people who wait in a plan that was committed since this one began. */
async function leaveOutPlanned(context: Context, tx: Tx, options: LateOptions): Promise<void> {
  const { plan, start } = options
  const { db } = context
  const batches = await tx.all(
    `select id from batch where state in ('paused','running','stopped') and (id > $1 or id ${inList(db, 2, 'bigint')})`,
    plan,
    jsonList(start.otherPlans),
  )
  if (batches.length === 0) return
  const others = jsonList(batches.map((row) => number(row, 'id')))
  for (let after = 0; ; ) {
    const found = await tx.all(
      `select m.id from lead m where m.batch = $1 and m.id > $2 and exists (
         select 1 from lead o where o.person = m.person and ${isWaiting('o')} and o.batch ${inList(db, 3, 'bigint')})
       order by m.id limit ${foundAtOnce}`,
      plan,
      after,
      others,
    )
    const last = found.at(-1)
    if (!last) return
    after = number(last, 'id')
    for (let from = 0; from < found.length; from += rowsPerPage) {
      const ids = jsonList(found.slice(from, from + rowsPerPage).map((row) => number(row, 'id')))
      const sql = `select id, line, person, data from lead where id ${inList(db, 1, 'bigint')} order by id`
      await leaveOut(context, tx, options, await tx.all(sql, ids))
    }
  }
}

/** Call it under the lock: then nobody commits a plan or claims a lead between this and the commit. */
export async function leaveOutLate(context: Context, tx: Tx, options: LateOptions): Promise<void> {
  await leaveOutCalled(context, tx, options)
  await leaveOutPlanned(context, tx, options)
}
