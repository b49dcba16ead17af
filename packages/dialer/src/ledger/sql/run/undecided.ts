import type { Outcome } from '../../../port.ts'
import type { Undecided } from '../../records.ts'
import { attemptColumns, readAttempt } from '../attempts/attempt-row.ts'
import type { Context } from '../store/context.ts'
import { count, inList, jsonList, type Tx } from '../store/db.ts'
import { number, optionalNumber, optionalOutcome } from '../store/rows.ts'

/** Busy leads whose newest attempt is over. */
export const undecidedSql: string = `select ${attemptColumns}, l.tries, l.expires_at from lead l join attempt a on a.lead = l.id
  and a.no = (select max(no) from attempt where lead = l.id)
  where l.state = 'busy' and a.state in ('refused','ended') order by l.id limit $1`

const isRuleFailed = (table: string): string => `coalesce(${table}.why, '') like 'rule!_failed%' escape '!'`

type Outcomes = { [outcome in Outcome]?: number }

/** How the calls of each of these leads ended, counted. */
async function readOutcomes({ db }: Context, tx: Tx, leads: string): Promise<Map<number, Outcomes>> {
  const rows = await tx.all(
    `select lead, outcome, count(*) as n from attempt where lead ${inList(db, 1, 'bigint')} and state = 'ended'
     group by lead, outcome`,
    leads,
  )
  const byLead = new Map<number, Outcomes>()
  for (const row of rows) {
    const outcomes = byLead.get(number(row, 'lead')) ?? {}
    const outcome = optionalOutcome(row)
    if (outcome) outcomes[outcome] = (outcomes[outcome] ?? 0) + number(row, 'n')
    byLead.set(number(row, 'lead'), outcomes)
  }
  return byLead
}

interface Refusals {
  readonly refusals: number
  readonly ruleFailures: number
}

/** The newest refusals in a row of each of these leads: all of them, and those since the last one that was not `rule_failed`. */
async function readRefusals({ db }: Context, tx: Tx, leads: string): Promise<Map<number, Refusals>> {
  const rows = await tx.all(
    `select lead, count(*) as n, sum(case when no > (
       select coalesce(max(no), 0) from attempt c where c.lead = a.lead
       and (c.state <> 'refused' or not ${isRuleFailed('c')})) then 1 else 0 end) as failed
     from attempt a where lead ${inList(db, 1, 'bigint')} and no > (
       select coalesce(max(no), 0) from attempt b where b.lead = a.lead and b.state <> 'refused') group by lead`,
    leads,
  )
  return new Map(
    rows.map((row) => [
      number(row, 'lead'),
      { refusals: number(row, 'n'), ruleFailures: number(row, 'failed') },
    ]),
  )
}

/** How far back the ledger's newest attempts are read, so that a long batch is not read whole at each failure. */
const newestAttempts = 1_000

/** How many leads of a batch were last refused because a rule failed, since the batch's newest call. */
export const ruleFailingSql: string = `select count(*) as n from attempt a where a.seq > $2 and a.batch = $1 and a.state = 'refused'
  and ${isRuleFailed('a')} and a.no = (select max(no) from attempt where lead = a.lead)
  and a.seq > (select coalesce(max(seq), 0) from attempt c where c.seq > $2 and c.batch = $1 and c.state in ('placed','ended'))`

async function countRuleFailing(tx: Tx, batches: Iterable<number>): Promise<Map<number, number>> {
  const [newest = {}] = await tx.all('select coalesce(max(seq), 0) as seq from attempt')
  const counts = new Map<number, number>()
  for (const batch of batches)
    counts.set(batch, await count(tx, ruleFailingSql, batch, number(newest, 'seq') - newestAttempts))
  return counts
}

export async function readUndecided(context: Context, tx: Tx, limit: number): Promise<Undecided[]> {
  const rows = await tx.all(undecidedSql, limit)
  if (rows.length === 0) return []
  const leads = jsonList(rows.map((row) => number(row, 'lead')))
  const outcomes = await readOutcomes(context, tx, leads)
  const refusals = await readRefusals(context, tx, leads)
  const failing = rows.filter((row) => refusals.get(number(row, 'lead'))?.ruleFailures)
  const failingLeads = await countRuleFailing(tx, new Set(failing.map((row) => number(row, 'batch'))))
  return rows.map((row) => {
    const lead = number(row, 'lead')
    const { refusals: inARow, ruleFailures } = refusals.get(lead) ?? { refusals: 0, ruleFailures: 0 }
    return {
      lead,
      batch: number(row, 'batch'),
      attempt: readAttempt(row, tx.self.id, context.seal),
      tries: number(row, 'tries'),
      expiresAt: optionalNumber(row, 'expires_at'),
      refusals: inARow,
      ruleFailures,
      ruleFailingLeads: ruleFailures > 0 ? (failingLeads.get(number(row, 'batch')) ?? 0) : 0,
      outcomes: outcomes.get(lead) ?? {},
    }
  })
}
