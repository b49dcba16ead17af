import { DialerInputError, type Holder } from '../../../errors.ts'
import type { Outcome } from '../../../port.ts'
import type { Ledger } from '../../ledger.ts'
import type { AttemptState, Batch, BatchState, BatchStatus, Json, LeadState } from '../../records.ts'
import { assertHere, type Context, open } from '../store/context.ts'
import type { Row, Tx } from '../store/db.ts'

const cancelledAtOnce = 5_000

const given = <T>(value: unknown): T | undefined => (value === null ? undefined : (value as T))

function toBatch(row: Row, calendars: readonly Row[]): Batch {
  const n = (name: string): number => Number(row[name])
  return {
    id: n('id'),
    state: row['state'] as BatchState,
    why: given(row['why']),
    hash: String(row['hash']),
    name: given(row['name']),
    from_number: String(row['from_number']),
    agent_version_id: given(row['agent']),
    suppression: n('suppression') === 1,
    createdAt: n('created_at'),
    limits: {
      tries: n('tries'),
      callsPerDay: n('calls_per_day'),
      budgetCalls: given(row['budget_calls']),
      budgetMinutes: given(row['budget_minutes']),
    },
    rules: JSON.parse(String(row['rules'])) as Json,
    calendars: Object.fromEntries(
      calendars.map((calendar) => [String(calendar['key']), JSON.parse(String(calendar['rules'])) as Json]),
    ),
    rows: {
      planned: n('planned'),
      duplicate: n('duplicate'),
      suppressed: n('suppressed'),
      rejected: n('rejected'),
    },
  }
}

async function rowOf(tx: Tx, id: number, forUpdate = ''): Promise<Row> {
  const [row] = await tx.all(`select * from batch where id = $1 and state <> 'planning' ${forUpdate}`, id)
  if (!row) throw new DialerInputError('BATCH_UNKNOWN', `There is no batch ${id} in this ledger`)
  return row
}

export async function batchOf(tx: Tx, id: number): Promise<Batch> {
  return toBatch(
    await rowOf(tx, id),
    await tx.all('select key, rules from calendar where batch = $1 order by key', id),
  )
}

const holdersIn = async (tx: Tx): Promise<Holder[]> =>
  (
    await tx.all('select pid, host, beat_at from worker where lease_until > $1 order by host, pid', tx.now)
  ).map((row) => ({
    pid: Number(row['pid']),
    host: String(row['host']),
    beatAt: new Date(Number(row['beat_at'])),
  }))

/** Ready leads of cancelled batches; a cancel that was cut short is finished by the next runner. */
export async function sweepCancelled({ db }: Context): Promise<void> {
  for (;;) {
    const swept = await db.write((tx) =>
      tx.run(
        `update lead set state = 'cancelled', why = 'batch', changed_at = $1 where id in (
         select l.id from lead l join batch b on b.id = l.batch where b.state = 'cancelled' and l.state = 'ready'
         limit ${cancelledAtOnce}) and state = 'ready'`,
        tx.now,
      ),
    )
    if (swept === 0) return
  }
}

async function statusOf(context: Context, tx: Tx, id: number): Promise<BatchStatus> {
  const batch = await batchOf(tx, id)
  const leads: Record<LeadState, number> = {
    ready: 0,
    busy: 0,
    held: 0,
    done: 0,
    expired: 0,
    cancelled: 0,
    exhausted: 0,
  }
  for (const row of await tx.all(
    'select state, count(*) as n from lead where batch = $1 group by state',
    id,
  )) {
    leads[row['state'] as LeadState] = Number(row['n'])
  }
  const attempts: Record<AttemptState, number> = {
    sending: 0,
    unknown: 0,
    placed: 0,
    held: 0,
    refused: 0,
    ended: 0,
  }
  const outcomes: Record<Outcome, number> = {
    completed: 0,
    transferred: 0,
    no_answer: 0,
    voicemail: 0,
    failed: 0,
    other: 0,
  }
  const states = 'select state, outcome, count(*) as n from attempt where batch = $1 group by state, outcome'
  for (const row of await tx.all(states, id)) {
    attempts[row['state'] as AttemptState] += Number(row['n'])
    if (row['outcome'] !== null) outcomes[row['outcome'] as Outcome] += Number(row['n'])
  }
  const [slots] = await tx.all(
    `select count(*) as n from attempt where batch = $1 and ${open} and (state <> 'held' or sending_at > $2)`,
    id,
    tx.now - context.times.maxCallMs,
  )
  const [next] = await tx.all(
    `select min(due) as due from (select (select min(l.due_at) from lead l where l.batch = c.batch and l.calendar = c.key
     and l.state = 'ready') as due from calendar c where c.batch = $1) as d`,
    id,
  )
  const [spent] = await tx.all('select spent_calls, spent_seconds from batch where id = $1', id)
  return {
    ...batch,
    leads,
    attempts,
    outcomes,
    slots: Number(slots?.['n']),
    nextDueAt: given(next?.['due']),
    spent: { calls: Number(spent?.['spent_calls']), minutes: Number(spent?.['spent_seconds']) / 60 },
    finished: leads.ready + leads.busy + leads.held === 0,
    holders: await holdersIn(tx),
  }
}

export function createBatches(
  context: Context,
): Pick<Ledger, 'resume' | 'pause' | 'cancel' | 'batches' | 'status' | 'holders'> {
  const { db } = context
  const turn = async (
    id: number,
    state: BatchState,
    from: readonly BatchState[],
    why: string | null,
  ): Promise<void> => {
    await db.write(async (tx) => {
      assertHere(tx.self)
      const batch = await rowOf(tx, id, db.forUpdate)
      if (batch['state'] === 'cancelled' && state !== 'cancelled') {
        throw new DialerInputError(
          'BATCH_CANCELLED',
          `Batch ${id} is cancelled, which is final: plan it again`,
        )
      }
      if (!from.includes(batch['state'] as BatchState)) return
      await tx.run('update batch set state = $2, why = $3 where id = $1', id, state, why)
      await db.notify(tx)
    })
    context.changed()
  }
  return {
    resume: (id) => turn(id, 'running', ['paused', 'stopped'], null),
    pause: (id, why) => turn(id, 'paused', ['running', 'stopped'], why ?? null),
    async cancel(id) {
      await turn(id, 'cancelled', ['paused', 'running', 'stopped'], null)
      await sweepCancelled(context)
    },
    batches: () =>
      db.read(async (tx) => {
        const rows = await tx.all(`select * from batch where state <> 'planning' order by id`)
        const calendars = await tx.all('select batch, key, rules from calendar order by key')
        return rows.map((row) =>
          toBatch(
            row,
            calendars.filter((calendar) => calendar['batch'] === row['id']),
          ),
        )
      }),
    status: (id) => db.read((tx) => statusOf(context, tx, id)),
    holders: () => db.read(holdersIn),
  }
}
