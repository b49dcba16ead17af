import type { OpenCalendar } from '../../ledger.ts'
import type { LeadState } from '../../records.ts'
import type { Seal } from '../../seal.ts'
import type { Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { isOpen } from '../store/predicates.ts'
import { number, optionalNumber, type Row, text } from '../store/rows.ts'
import { decryptPerson, type Person } from '../store/sealed.ts'
import type { DueCalendar, RunningBatch } from './due.ts'

/** How long a lead waits while its number has an open attempt. */
const blockedMs = 60_000

/** Due leads of one batch and calendar, each with what may keep it from being called. */
export const pickSql = (rowLock: string): string => `select l.id, l.person, l.data, l.tries, l.expires_at,
    (select count(*) from attempt where person = l.person and ${isOpen('attempt')}) as open,
    (select count(*) from attempt where person = l.person and sending_at >= $4 and state <> 'refused') as today,
    (select max(ended_at) from attempt where person = l.person and state = 'ended') as last_end,
    (select count(*) from suppressed where person = l.person) as suppressed,
    (select coalesce(max(no), 0) from attempt where lead = l.id) as no
  from lead l where l.batch = $1 and l.calendar = $2 and l.state = 'ready' and l.due_at <= $3
  order by l.due_at, l.id limit $5 ${rowLock}`

export interface PickedLead {
  readonly id: number
  /** The fingerprint of its number. */
  readonly fingerprint: string
  /** Decrypted only for leads that are called. */
  readonly person: () => Person
  /** The number of its newest attempt, from 1; 0 without one. */
  readonly no: number
  readonly tries: number
  readonly expiresAt: number | undefined
  /** Whether its number is suppressed. */
  readonly suppressed: boolean
  /** Open attempts to its number. */
  readonly open: number
  /** Calls to its number today. */
  readonly today: number
  /** When the last call to its number ended. */
  readonly lastEnd: number | undefined
}

const readPicked = (row: Row, seal: Seal): PickedLead => ({
  id: number(row, 'id'),
  fingerprint: text(row, 'person'),
  person: () => decryptPerson(seal, row),
  no: number(row, 'no'),
  tries: number(row, 'tries'),
  expiresAt: optionalNumber(row, 'expires_at'),
  suppressed: number(row, 'suppressed') > 0,
  open: number(row, 'open'),
  today: number(row, 'today'),
  lastEnd: optionalNumber(row, 'last_end'),
})

/** On Postgres, leads that another transaction has locked are left out. */
export async function pickLeads(
  { db, seal }: Context,
  tx: Tx,
  { batch, key }: DueCalendar,
  calendar: OpenCalendar,
  limit: number,
): Promise<PickedLead[]> {
  const sql = pickSql(db.rowLock('for update of l skip locked'))
  const rows = await tx.all(sql, batch.id, key, tx.now, calendar.dayStart, limit)
  return rows.map((row) => readPicked(row, seal))
}

/** What keeps a due lead from being called: it ends the lead, or moves it to a later time. */
export type Obstacle = { readonly state: LeadState; readonly why: string } | { readonly dueAt: number }

export function findObstacle(
  lead: PickedLead,
  batch: RunningBatch,
  calendar: OpenCalendar,
  now: number,
): Obstacle | undefined {
  if (lead.expiresAt !== undefined && lead.expiresAt <= now) return { state: 'expired', why: 'expired' }
  if (batch.suppression && lead.suppressed) return { state: 'cancelled', why: 'suppressed' }
  if (lead.tries >= batch.tries) return { state: 'exhausted', why: 'tries' }
  if (lead.today >= batch.callsPerDay) return { dueAt: calendar.dayEnd }
  if (lead.open > 0) return { dueAt: now + blockedMs }
  // A call cannot end in the future; if the ledger says so, the lead must not wait for longer than the gap.
  const gapEnds = lead.lastEnd === undefined ? 0 : Math.min(lead.lastEnd, now) + batch.minimumGap
  return gapEnds > now ? { dueAt: gapEnds } : undefined
}

/** Ends or moves a lead, so that the next look does not find it again. */
export async function putAside(tx: Tx, { id }: PickedLead, obstacle: Obstacle): Promise<void> {
  if ('dueAt' in obstacle) {
    await tx.run('update lead set due_at = $2 where id = $1', id, obstacle.dueAt)
    return
  }
  await tx.run(
    'update lead set state = $2, why = $3, changed_at = $4 where id = $1',
    id,
    obstacle.state,
    obstacle.why,
    tx.now,
  )
}
