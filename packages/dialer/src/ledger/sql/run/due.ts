import type { Runner } from '../../ledger.ts'
import { type Context, oldestLiveCall } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { takesSlot } from '../store/predicates.ts'
import { number, optionalNumber, optionalText, type Row, text } from '../store/rows.ts'

/** Earliest ready lead of each calendar of the running batches, with what a claim must know of the batch. `$1` narrows to one batch. */
export const dueSql = `select c.batch, c.key,
    (select min(l.due_at) from lead l where l.batch = c.batch and l.calendar = c.key and l.state = 'ready') as due_at,
    b.from_number, b.agent, b.suppression, b.tries, b.calls_per_day, b.minimum_gap, b.budget_calls, b.budget_minutes, b.spent_calls,
    b.spent_seconds
  from calendar c join batch b on b.id = c.batch
  where b.state = 'running' and b.id = coalesce($1, b.id) order by c.batch`

/** Slots taken now. `$n` is the claim time from which on a call could still last. */
export const slotsSql = (n: number): string =>
  `select count(*) as n from attempt where ${takesSlot('attempt', n)}`

/** A running batch, as far as a claim needs it. `spentCalls` is kept up to date while one claim goes on. */
export interface RunningBatch {
  readonly id: number
  readonly from_number: string
  readonly agent_version_id: string | undefined
  readonly suppression: boolean
  readonly tries: number
  readonly callsPerDay: number
  /** In milliseconds. */
  readonly minimumGap: number
  readonly budgetCalls: number | undefined
  readonly budgetMinutes: number | undefined
  readonly spentSeconds: number
  spentCalls: number
}

const readRunningBatch = (row: Row): RunningBatch => ({
  id: number(row, 'batch'),
  from_number: text(row, 'from_number'),
  agent_version_id: optionalText(row, 'agent'),
  suppression: number(row, 'suppression') === 1,
  tries: number(row, 'tries'),
  callsPerDay: number(row, 'calls_per_day'),
  minimumGap: number(row, 'minimum_gap'),
  budgetCalls: optionalNumber(row, 'budget_calls'),
  budgetMinutes: optionalNumber(row, 'budget_minutes'),
  spentSeconds: number(row, 'spent_seconds'),
  spentCalls: number(row, 'spent_calls'),
})

/** A calendar of a running batch that has ready leads. */
export interface DueCalendar {
  readonly batch: RunningBatch
  readonly key: string
  readonly dueAt: number
}

/** The calendars of one batch share its `RunningBatch`. */
function readDueCalendars(rows: readonly Row[]): DueCalendar[] {
  const batches = new Map<number, RunningBatch>()
  return rows.flatMap((row) => {
    const dueAt = optionalNumber(row, 'due_at')
    if (dueAt === undefined) return []
    const id = number(row, 'batch')
    const batch = batches.get(id) ?? readRunningBatch(row)
    batches.set(id, batch)
    return [{ batch, key: text(row, 'key'), dueAt }]
  })
}

export async function readDue(tx: Tx): ReturnType<Runner['due']> {
  const calendars = readDueCalendars(await tx.all(dueSql, null))
  return calendars.map(({ batch, key, dueAt }) => ({ batch: batch.id, calendar: key, dueAt }))
}

/** Reads both in one statement, because most claims find nothing and must cost little. Without a running batch `slots` is 0. */
export async function readDueAndSlots(
  { times }: Context,
  tx: Tx,
  batch: number | undefined,
): Promise<{ due: DueCalendar[]; slots: number }> {
  const rows = await tx.all(
    `select d.*, (${slotsSql(2)}) as slots from (${dueSql}) d`,
    batch ?? null,
    oldestLiveCall(times, tx.now),
  )
  const [first] = rows
  return { due: readDueCalendars(rows), slots: first ? number(first, 'slots') : 0 }
}
