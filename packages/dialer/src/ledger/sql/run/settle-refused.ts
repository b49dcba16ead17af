/** Ends a lead that the service refused, unless other leads of its batch were refused for the same reason right before it. */
import type { Decision, LeadState, RefusalSettlement, Undecided } from '../../records.ts'
import type { Context } from '../store/context.ts'
import { inList, jsonList, type Tx } from '../store/db.ts'
import { choice, number, optionalText } from '../store/rows.ts'
import { noLeads } from '../store/words.ts'
import { decideLead } from './decide-lead.ts'
import { stopBatch } from './stop-batch.ts'

/**
 * How many leads must be refused alike, with no call placed in between, for the batch to stop. Two may be wrong side by side;
 * three are more likely to meet something that refuses everybody.
 */
const refusedAlikeToStop = 3
/** How far back the ledger's newest attempts are read, so that a long batch is not read whole at each refusal. */
const newestAttempts = 1_000

interface RefusedLead {
  readonly id: number
  readonly state: LeadState
  /** Whether its number is still known: a purge removes it. */
  readonly isCallable: boolean
  /** Whether it was refused for the same reason before the batch's newest call too: the service places calls, and not this one. */
  readonly isConfirmed: boolean
}

/** The leads of a batch that were refused for this reason since its newest call, and not called since. */
async function selectRefusedAlike(tx: Tx, batch: number, why: string): Promise<RefusedLead[]> {
  const isNew = `a.seq > (select max(seq) from attempt) - ${newestAttempts}`
  const [call = {}] = await tx.all(
    `select coalesce(max(seq), 0) as seq from attempt a where ${isNew} and a.batch = $1 and a.state in ('placed','ended')`,
    batch,
  )
  const rows = await tx.all(
    `select l.id, l.state, l.data, (select count(*) from attempt b where b.lead = l.id and b.state = 'refused' and b.why = $2
       and b.seq < $3) as before
     from attempt a join lead l on l.id = a.lead
     where ${isNew} and a.seq > $3 and a.batch = $1 and a.state = 'refused' and a.why = $2
     and a.no = (select max(no) from attempt where lead = a.lead)`,
    batch,
    why,
    number(call, 'seq'),
  )
  return rows.map((row) => ({
    id: number(row, 'id'),
    state: choice(row, 'state', noLeads),
    isCallable: optionalText(row, 'data') !== undefined,
    isConfirmed: number(row, 'before') > 0,
  }))
}

/** Whether these refusals cast doubt on the service rather than on each lead. */
const isSuspicious = (alike: readonly RefusedLead[]): boolean =>
  alike.length >= refusedAlikeToStop && !alike.every(({ isConfirmed }) => isConfirmed)

/** Makes done leads ready again: their attempts are known to be no calls. */
async function giveBack({ db }: Context, tx: Tx, leads: readonly number[]): Promise<void> {
  await tx.run(
    `update lead set state = 'ready', why = null, due_at = $2, changed_at = $2
     where state = 'done' and id ${inList(db, 1, 'bigint')}`,
    jsonList(leads),
    tx.now,
  )
}

/** The lock on the batch makes settlements wait for each other, so that each sees the leads that were settled before. */
export async function settleRefused(
  context: Context,
  tx: Tx,
  undecided: Undecided,
  why: string,
): Promise<RefusalSettlement> {
  const { batch, lead } = undecided
  const { db } = context
  const [row = {}] = await tx.all(`select state from batch where id = $1 ${db.rowLock('for update')}`, batch)
  const alike = await selectRefusedAlike(tx, batch, why)
  const isDone = row['state'] === 'cancelled' || !isSuspicious(alike)
  const decision: Decision = isDone ? { to: 'done', why } : { to: 'ready', dueAt: tx.now }
  if (!(await decideLead(context, tx, undecided, decision))) return { givenBack: [], isStopped: false }
  if (isDone) return { state: 'done', givenBack: [], isStopped: false }
  const others = alike.filter(({ state, isCallable }) => state === 'done' && isCallable).map(({ id }) => id)
  await giveBack(context, tx, others)
  const isStopped = await stopBatch(context, tx, batch, why)
  return { state: 'ready', dueAt: tx.now, givenBack: [...others, lead], isStopped }
}
