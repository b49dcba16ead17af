import { DialerFencedError } from '../../../errors.ts'
import type { Outcome } from '../../../port.ts'
import type { Runner } from '../../ledger.ts'
import type { Attempt, Undecided } from '../../records.ts'
import { createDecidedSteps, dropUnsent, steps } from '../attempts/transitions.ts'
import { assertHere, type Context, open, slotsSql } from '../store/context.ts'
import { inRows, listed, type Tx } from '../store/db.ts'
import { attemptColumns, attemptOf, attemptTables } from '../store/rows.ts'
import { claim, dueSql } from './claim.ts'

/** Busy leads whose newest attempt is over. */
export const undecidedSql: string = `select ${attemptColumns}, l.tries, l.expires_at from lead l join attempt a on a.lead = l.id
  and a.no = (select max(no) from attempt where lead = l.id)
  where l.state = 'busy' and a.state in ('refused','ended') order by l.id limit $1`

/** `leave` also lets go of whatever the store holds for the runner. */
export function createRunner(context: Context, id: string, leave: () => Promise<void>): Runner {
  const { db, seal, times } = context
  const check = (tx: Tx): void => {
    assertHere(tx.self)
    if (tx.leaseUntil <= tx.now) throw new DialerFencedError()
  }
  const decide = <T>(work: (tx: Tx) => Promise<T>, lock = false): Promise<T> =>
    db.write(
      (tx) => {
        check(tx)
        return work(tx)
      },
      { worker: id, lock },
    )
  const attempts = async (tx: Tx, where: string, ...values: string[]): Promise<Attempt[]> =>
    (
      await tx.all(`select ${attemptColumns} from ${attemptTables} where ${where} order by a.seq`, ...values)
    ).map((row) => attemptOf(row, tx.self.id, seal))

  // Attempts of claims that failed: they may have been committed, and nobody sends them.
  const unsent = new Set<string>()

  return {
    id,
    ...createDecidedSteps(context, steps(context, { id, check })),
    beat: () =>
      decide(async (tx) => {
        await tx.run(
          'update worker set beat_at = $2, lease_until = case when lease_until > $3 then lease_until else $3 end where id = $1',
          id,
          tx.now,
          tx.now + times.leaseMs,
        )
      }),
    leave,
    async claim(options) {
      const ids = new Set<string>()
      try {
        return await decide((tx) => claim(context, tx, id, options, ids), true)
      } catch (error) {
        for (const attempt of ids) unsent.add(attempt)
        throw error
      }
    },
    due: () =>
      decide(async (tx) =>
        (await tx.all(dueSql, null))
          .filter((row) => row['due_at'] !== null)
          .map((row) => ({
            batch: Number(row['batch']),
            calendar: String(row['key']),
            dueAt: Number(row['due_at']),
          })),
      ),
    slots: () =>
      decide(async (tx) => Number((await tx.all(slotsSql(1), tx.now - times.maxCallMs))[0]?.['n'])),
    expire: () =>
      decide((tx) =>
        tx.run(
          `update lead set state = 'expired', why = 'expired', changed_at = $1 where id in (
           select id from lead where state = 'ready' and expires_at is not null and expires_at <= $1 limit 5000
           ${db.forUpdate && 'for update skip locked'}) and state = 'ready'`,
          tx.now,
        ),
      ),

    async takeover(sending) {
      const dropped = [...unsent]
      const taken = await decide(async (tx) => {
        await dropUnsent(context, tx, dropped)
        // A sender sends within half its lease: what this runner claimed before that and does not send, nobody sends.
        const mine = await tx.all(
          `select id from attempt where owner = $1 and ${open} and state = 'sending' and sending_at <= $2
           and id not ${inRows(db, 3, 'text')}`,
          id,
          tx.now - times.leaseMs,
          listed(sending),
        )
        const dead = await tx.all(
          `select id from attempt where ${open} and state <> 'held' and not exists (
             select 1 from worker where worker.id = attempt.owner and lease_until > $1)
           ${db.forUpdate && 'for update of attempt skip locked'}`,
          tx.now,
        )
        const ids = listed([...mine, ...dead].map((row) => row['id'] ?? null))
        await tx.run(
          `update attempt set owner = $1, why = case when state = 'sending' then 'not_sent' else why end,
           state = case when state = 'sending' then 'unknown' else state end where id ${inRows(db, 2, 'text')}`,
          id,
          ids,
        )
        return await attempts(tx, `a.id ${inRows(db, 1, 'text')}`, ids)
      })
      for (const attempt of dropped) unsent.delete(attempt)
      return taken
    },
    open: () =>
      decide((tx) => attempts(tx, `a.owner = $1 and a.${open} and a.state in ('unknown','placed')`, id)),

    undecided: (limit) =>
      decide(async (tx) => {
        const rows = await tx.all(undecidedSql, limit)
        return await histories(
          context,
          tx,
          rows.map(
            (row): Omit<Undecided, 'refusals' | 'ruleFailures' | 'outcomes'> => ({
              lead: Number(row['lead']),
              batch: Number(row['batch']),
              attempt: attemptOf(row, tx.self.id, seal),
              tries: Number(row['tries']),
              expiresAt: (row['expires_at'] as number | null) ?? undefined,
            }),
          ),
        )
      }),
    decide: ({ lead, batch, attempt }, decision) =>
      decide(async (tx) => {
        const [{ state } = {}] = await tx.all(
          `select state from batch where id = $1 ${db.forUpdate && 'for share'}`,
          batch,
        )
        const cancelled = decision.to === 'ready' && state === 'cancelled'
        const changed = await tx.run(
          `update lead set state = $3, why = $4, due_at = coalesce($5, due_at), changed_at = $6
           where id = $1 and state = 'busy'
           and (select id from attempt where lead = $1 order by no desc limit 1) = $2
           and not exists (select 1 from attempt where lead = $1 and ${open})`,
          lead,
          attempt.id,
          cancelled ? 'cancelled' : decision.to,
          decision.to === 'ready' ? (cancelled ? 'batch' : null) : decision.why,
          decision.to === 'ready' ? decision.dueAt : null,
          tx.now,
        )
        return changed === 1
      }),
    stop: (batch, why) =>
      decide(async (tx) => {
        await tx.run(
          `update batch set state = 'stopped', why = $2 where id = $1 and state = 'running'`,
          batch,
          why,
        )
        await db.notify(tx)
      }),
  }
}

/** Adds how each lead's attempts went so far. */
async function histories(
  { db }: Context,
  tx: Tx,
  leads: readonly Omit<Undecided, 'refusals' | 'ruleFailures' | 'outcomes'>[],
): Promise<Undecided[]> {
  if (leads.length === 0) return []
  const ids = listed(leads.map(({ lead }) => lead))
  const ends = await tx.all(
    `select lead, outcome, count(*) as n from attempt where lead ${inRows(db, 1, 'bigint')} and state = 'ended'
     group by lead, outcome`,
    ids,
  )
  const refusals = await tx.all(
    `select lead, count(*) as n, sum(case when no > (
       select coalesce(max(no), 0) from attempt c where c.lead = a.lead
       and (c.state <> 'refused' or coalesce(c.why, '') not like 'rule!_failed%' escape '!')) then 1 else 0 end) as failed
     from attempt a where lead ${inRows(db, 1, 'bigint')} and no > (
       select coalesce(max(no), 0) from attempt b where b.lead = a.lead and b.state <> 'refused') group by lead`,
    ids,
  )
  const refused = new Map(
    refusals.map((row) => [row['lead'], { all: Number(row['n']), rule: Number(row['failed']) }]),
  )
  const outcomes = new Map<unknown, { [outcome in Outcome]?: number }>()
  for (const row of ends) {
    const counts = outcomes.get(row['lead']) ?? {}
    counts[row['outcome'] as Outcome] = Number(row['n'])
    outcomes.set(row['lead'], counts)
  }
  return leads.map((one) => ({
    ...one,
    refusals: refused.get(one.lead)?.all ?? 0,
    ruleFailures: refused.get(one.lead)?.rule ?? 0,
    outcomes: outcomes.get(one.lead) ?? {},
  }))
}
