import type { Holder } from '../../../errors.ts'
import type { BatchStatus } from '../../records.ts'
import { adviseOnStop } from '../../stop-advice.ts'
import { type Context, oldestLiveCall } from '../store/context.ts'
import { count, type Tx } from '../store/db.ts'
import { takesSlot } from '../store/predicates.ts'
import { choice, countBy, number, optionalNumber, optionalOutcome, text } from '../store/rows.ts'
import { noAttempts, noLeads, noOutcomes } from '../store/words.ts'
import { readBatch } from './read-batch.ts'

/** Workers whose lease is not over. */
export async function readHolders(tx: Tx): Promise<Holder[]> {
  const rows = await tx.all(
    'select pid, host, beat_at from worker where lease_until > $1 order by host, pid',
    tx.now,
  )
  return rows.map((row) => ({
    pid: number(row, 'pid'),
    host: text(row, 'host'),
    beatAt: new Date(number(row, 'beat_at')),
  }))
}

/** @throws DialerInputError `BATCH_UNKNOWN` */
export async function readStatus({ times }: Context, tx: Tx, id: number): Promise<BatchStatus> {
  const batch = await readBatch(tx, id)
  const leadRows = await tx.all('select state, count(*) as n from lead where batch = $1 group by state', id)
  const attemptRows = await tx.all(
    'select state, outcome, count(*) as n from attempt where batch = $1 group by state, outcome',
    id,
  )
  const slots = await count(
    tx,
    `select count(*) as n from attempt where batch = $1 and ${takesSlot('attempt', 2)}`,
    id,
    oldestLiveCall(times, tx.now),
  )
  const [next = {}] = await tx.all(
    `select min(due) as due from (select (select min(l.due_at) from lead l where l.batch = c.batch and l.calendar = c.key
     and l.state = 'ready') as due from calendar c where c.batch = $1) as d`,
    id,
  )
  const [spent = {}] = await tx.all('select spent_calls, spent_seconds from batch where id = $1', id)
  const leads = countBy(leadRows, (row) => choice(row, 'state', noLeads), noLeads)
  return {
    ...batch,
    leads,
    attempts: countBy(attemptRows, (row) => choice(row, 'state', noAttempts), noAttempts),
    outcomes: countBy(attemptRows, optionalOutcome, noOutcomes),
    slots,
    nextDueAt: optionalNumber(next, 'due'),
    spent: { calls: number(spent, 'spent_calls'), minutes: number(spent, 'spent_seconds') / 60 },
    advice: batch.state === 'stopped' ? adviseOnStop(batch.why ?? '') : undefined,
    finished: leads.ready + leads.busy + leads.held === 0,
    holders: await readHolders(tx),
  }
}
