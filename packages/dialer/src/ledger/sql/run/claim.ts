import { randomUUID } from 'node:crypto'
import type { OpenCalendar, Runner } from '../../ledger.ts'
import type { Claimed } from '../../records.ts'
import { assertRunning, type Context, open, slotsSql } from '../store/context.ts'
import { inRows, listed, type Row, type Tx, type Value } from '../store/db.ts'
import { opened } from '../store/rows.ts'

type ClaimOptions = Parameters<Runner['claim']>[0]

/** How long a lead waits whose number has an open attempt elsewhere. */
const blockedMs = 60_000
/** Leads looked at for one claim, at most: a claim stays short where many stand in each other's way. */
const mostLookedAt = 1_000

/** Earliest ready lead of each calendar of the running batches; `$1` narrows to one batch. */
export const dueSql = `select c.batch, c.key,
    (select min(l.due_at) from lead l where l.batch = c.batch and l.calendar = c.key and l.state = 'ready') as due_at,
    b.from_number, b.agent, b.suppression, b.tries, b.calls_per_day, b.budget_calls, b.budget_minutes, b.spent_calls,
    b.spent_seconds
  from calendar c join batch b on b.id = c.batch
  where b.state = 'running' and b.id = coalesce($1, b.id) order by c.batch`

/** Due leads of one batch and calendar, each with what may stand in its way. */
export const pickSql = (forUpdate: string): string => `select l.id, l.person, l.data, l.tries, l.expires_at,
    (select count(*) from attempt where person = l.person and ${open}) as open,
    (select count(*) from attempt where person = l.person and sending_at >= $4 and state <> 'refused') as today,
    (select count(*) from suppressed where person = l.person) as suppressed,
    (select coalesce(max(no), 0) from attempt where lead = l.id) as no
  from lead l where l.batch = $1 and l.calendar = $2 and l.state = 'ready' and l.due_at <= $3
  order by l.due_at, l.id limit $5${forUpdate && ' for update of l skip locked'}`

type Way = { state: string; why: string } | { dueAt: number } | undefined

/** What stands in a due lead's way: it ends the lead, or moves it. */
function inTheWay(lead: Row, batch: Row, calendar: OpenCalendar, now: number): Way {
  const n = (name: string): number => Number(lead[name])
  if (lead['expires_at'] !== null && n('expires_at') <= now) return { state: 'expired', why: 'expired' }
  if (batch['suppression'] && n('suppressed')) return { state: 'cancelled', why: 'suppressed' }
  if (n('tries') >= Number(batch['tries'])) return { state: 'exhausted', why: 'tries' }
  if (n('today') >= Number(batch['calls_per_day'])) return { dueAt: calendar.dayEnd }
  if (n('open')) return { dueAt: now + blockedMs }
  return undefined
}

const spent = (batch: Row): string | undefined => {
  const { budget_calls: calls, budget_minutes: minutes } = batch
  if (calls != null && Number(batch['spent_calls']) >= Number(calls)) return 'budget_calls'
  if (minutes != null && Number(batch['spent_seconds']) >= Number(minutes) * 60) return 'budget_minutes'
  return undefined
}

/** `ids` takes the attempts' ids before anything is written, so that the caller knows what a failed claim may have left. */
export async function claim(
  context: Context,
  tx: Tx,
  worker: string,
  options: ClaimOptions,
  ids: Set<string>,
): Promise<Claimed[]> {
  const { db, times } = context
  const { now } = tx
  assertRunning(tx.self)
  const calendars = new Map(options.calendars.map((calendar) => [calendar.key, calendar]))
  const pairs = await tx.all(
    `select d.*, (${slotsSql(2)}) as slots from (${dueSql}) d`,
    options.batch ?? null,
    now - times.maxCallMs,
  )
  let free = Math.min(options.limit, options.slots - Number(pairs[0]?.['slots'] ?? 0))
  const due = pairs
    .filter(
      (row) => row['due_at'] !== null && Number(row['due_at']) <= now && calendars.has(String(row['key'])),
    )
    .sort((a, b) => Number(a['batch']) - Number(b['batch']) || Number(a['due_at']) - Number(b['due_at']))
  const batches = new Map(due.map((row) => [row['batch'], { ...row } as Record<string, Value>]))

  const claimed: Claimed[] = []
  let lookedAt = 0
  for (const pair of due) {
    const batch = batches.get(pair['batch'] ?? null)
    const calendar = calendars.get(String(pair['key']))
    if (!batch || !calendar) continue
    for (;;) {
      if (free <= 0 || lookedAt >= mostLookedAt) return claimed
      const why = spent(batch)
      if (why) {
        await stopSpent(tx, Number(batch['batch']), why)
        break
      }
      const left =
        batch['budget_calls'] == null ? free : Number(batch['budget_calls']) - Number(batch['spent_calls'])
      const want = Math.min(free, left)
      // After the first look more are read at once: whoever stands in the way seldom stands alone.
      const limit = lookedAt ? Math.max(want, 100) : want
      const leads = await tx.all(
        pickSql(db.forUpdate),
        Number(batch['batch']),
        calendar.key,
        now,
        calendar.dayStart,
        limit,
      )
      lookedAt += leads.length
      const clear: Row[] = []
      for (const lead of leads) {
        if (clear.length === want) break
        const way = inTheWay(lead, batch, calendar, now)
        if (!way) clear.push(lead)
        else await moveAway(tx, Number(lead['id']), way)
      }
      const made = await insert(context, tx, worker, batch, clear, ids)
      claimed.push(...made)
      free -= made.length
      batch['spent_calls'] = Number(batch['spent_calls']) + made.length
      if (leads.length < limit || made.length < clear.length) break
    }
  }
  return claimed
}

/** A call that may yet turn out not to have been made gives its share of the budget back. */
async function stopSpent(tx: Tx, batch: number, why: string): Promise<void> {
  await tx.run(
    `update batch set state = 'stopped', why = $2 where id = $1 and state = 'running' and ($2 = 'budget_minutes'
     or not exists (select 1 from attempt where batch = $1 and state in ('sending','unknown')))`,
    batch,
    why,
  )
}

async function moveAway(tx: Tx, lead: number, way: NonNullable<Way>): Promise<void> {
  if ('dueAt' in way) await tx.run('update lead set due_at = $2 where id = $1', lead, way.dueAt)
  else
    await tx.run(
      'update lead set state = $2, why = $3, changed_at = $4 where id = $1',
      lead,
      way.state,
      way.why,
      tx.now,
    )
}

async function insert(
  { db, seal }: Context,
  tx: Tx,
  worker: string,
  batch: Row,
  leads: readonly Row[],
  ids: Set<string>,
): Promise<Claimed[]> {
  if (leads.length === 0) return []
  // Paused meanwhile: whoever pauses waits for this transaction, or this one for the pause.
  const runs = await tx.run(
    `update batch set spent_calls = spent_calls + $2 where id = $1 and state = 'running'`,
    batch['batch'] ?? null,
    leads.length,
  )
  if (runs === 0) return []
  const rows = leads.map((lead) => {
    const id = randomUUID()
    ids.add(id)
    return { id, lead: Number(lead['id']), no: Number(lead['no']) + 1, person: String(lead['person']) }
  })
  await tx.run(
    `update lead set state = 'busy', tries = tries + 1, changed_at = $2 where id ${inRows(db, 1, 'bigint')}`,
    listed(rows.map(({ lead }) => lead)),
    tx.now,
  )
  await tx.run(
    `insert into attempt(id, lead, batch, no, person, state, owner, sending_at)
     select id, lead, cast($2 as bigint), no, person, 'sending', $3, cast($4 as bigint)
     from ${db.rows(1, { id: 'text', lead: 'bigint', no: 'bigint', person: 'text' })}`,
    JSON.stringify(rows),
    batch['batch'] ?? null,
    worker,
    tx.now,
  )
  return rows.map(({ id, lead, no }, index) => {
    const { number, key, variables = {} } = opened(seal, leads[index]?.['data'])
    return {
      id,
      idempotencyKey: `${tx.self.id}.${id}`,
      batch: Number(batch['batch']),
      lead,
      no,
      number,
      key,
      variables,
      from_number: String(batch['from_number']),
      agent_version_id: (batch['agent'] as string | null) ?? undefined,
      claimedAt: tx.now,
    }
  })
}
