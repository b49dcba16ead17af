import type { Attempt } from '../../records.ts'
import { selectAttempts } from '../attempts/attempt-row.ts'
import { inList, jsonList, type Tx } from '../store/db.ts'
import { isOpen } from '../store/predicates.ts'
import { type Row, text } from '../store/rows.ts'
import type { RunnerContext } from './lease.ts'

/** Attempts that this runner claimed and does not send. It sends within half of its lease, so after a whole one nobody does. */
const selectForgotten = (
  { db, id, times }: RunnerContext,
  tx: Tx,
  sending: readonly string[],
): Promise<Row[]> =>
  tx.all(
    `select id from attempt where owner = $1 and ${isOpen('attempt')} and state = 'sending' and sending_at <= $2
     and id not ${inList(db, 3, 'text')}`,
    id,
    tx.now - times.leaseMs,
    jsonList(sending),
  )

/** Open attempts without a living owner. */
const selectOrphaned = ({ db }: RunnerContext, tx: Tx): Promise<Row[]> =>
  tx.all(
    `select id from attempt where ${isOpen('attempt')} and state <> 'held' and not exists (
       select 1 from worker where worker.id = attempt.owner and lease_until > $1)
     ${db.rowLock('for update of attempt skip locked')}`,
    tx.now,
  )

/** Makes this runner the owner of what nobody works on. Attempts that were `sending` become `unknown`. */
export async function takeOver(
  context: RunnerContext,
  tx: Tx,
  sending: readonly string[],
): Promise<Attempt[]> {
  const { db, seal } = context
  const forgotten = await selectForgotten(context, tx, sending)
  const orphaned = await selectOrphaned(context, tx)
  const ids = jsonList([...forgotten, ...orphaned].map((row) => text(row, 'id')))
  await tx.run(
    `update attempt set owner = $1, why = case when state = 'sending' then 'not_sent' else why end,
     state = case when state = 'sending' then 'unknown' else state end where id ${inList(db, 2, 'text')}`,
    context.id,
    ids,
  )
  return await selectAttempts(tx, seal, `a.id ${inList(db, 1, 'text')}`, ids)
}
