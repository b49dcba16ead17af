/** Which leads are called next. `begin-attempts.ts` begins their attempts. */
import type { OpenCalendar, Runner } from '../../ledger.ts'
import type { Claimed } from '../../records.ts'
import { assertMayRun } from '../store/context.ts'
import type { Tx } from '../store/db.ts'
import { beginAttempts } from './begin-attempts.ts'
import { exhaustedBudget, remainingCalls, stopSpentBatch } from './budget.ts'
import { type DueCalendar, readDueAndSlots } from './due.ts'
import type { RunnerContext } from './lease.ts'
import { findObstacle, type PickedLead, pickLeads, putAside } from './pick-leads.ts'

type ClaimOptions = Parameters<Runner['claim']>[0]

/** Most leads that one claim looks at, so that it stays short where many cannot be called. */
const mostLookedAt = 1_000
/** The first look reads only as many leads as are wanted. After an obstacle, each reads at least this many: obstacles come in groups. */
const leadsPerLook = 100

/** How far one claim has got. */
interface Progress {
  /** Attempts that may still begin. */
  free: number
  lookedAt: number
}

/** Due calendars that are open now: those of the lowest batch first, then the earliest. */
function openDueCalendars(
  due: readonly DueCalendar[],
  open: readonly OpenCalendar[],
  now: number,
): { due: DueCalendar; open: OpenCalendar }[] {
  const byKey = new Map(open.map((calendar) => [calendar.key, calendar]))
  return due
    .flatMap((one) => {
      const calendar = byKey.get(one.key)
      return calendar && one.dueAt <= now ? [{ due: one, open: calendar }] : []
    })
    .sort((a, b) => a.due.batch.id - b.due.batch.id || a.due.dueAt - b.due.dueAt)
}

/** Puts leads aside that cannot be called now, and returns those that can, at most `want` of them. */
async function sortOut(
  tx: Tx,
  leads: readonly PickedLead[],
  { batch }: DueCalendar,
  calendar: OpenCalendar,
  want: number,
): Promise<PickedLead[]> {
  const callable: PickedLead[] = []
  for (const lead of leads) {
    if (callable.length === want) break
    const obstacle = findObstacle(lead, batch, calendar, tx.now)
    if (obstacle) await putAside(tx, lead, obstacle)
    else callable.push(lead)
  }
  return callable
}

/** Claims due leads of one calendar until none is left, its batch's budget is spent, or the claim is complete. */
async function claimFromCalendar(
  context: RunnerContext,
  tx: Tx,
  { due, open }: { due: DueCalendar; open: OpenCalendar },
  progress: Progress,
  ids: Set<string>,
): Promise<Claimed[]> {
  const { batch } = due
  const claimed: Claimed[] = []
  while (progress.free > 0 && progress.lookedAt < mostLookedAt) {
    const why = exhaustedBudget(batch)
    if (why) {
      await stopSpentBatch(tx, batch.id, why)
      break
    }
    const want = Math.min(progress.free, remainingCalls(batch))
    const limit = progress.lookedAt ? Math.max(want, leadsPerLook) : want
    const leads = await pickLeads(context, tx, due, open, limit)
    progress.lookedAt += leads.length
    const callable = await sortOut(tx, leads, due, open, want)
    const begun = await beginAttempts(context, tx, batch, callable, ids)
    claimed.push(...begun)
    progress.free -= begun.length
    batch.spentCalls += begun.length
    if (leads.length < limit || begun.length < callable.length) break
  }
  return claimed
}

/** `ids` gets the attempts' ids before anything is written, so that the caller knows what a failed claim may have left. */
export async function claim(
  context: RunnerContext,
  tx: Tx,
  options: ClaimOptions,
  ids: Set<string>,
): Promise<Claimed[]> {
  assertMayRun(tx.self)
  const { due, slots } = await readDueAndSlots(context, tx, options.batch)
  const progress: Progress = { free: Math.min(options.limit, options.slots - slots), lookedAt: 0 }
  const claimed: Claimed[] = []
  for (const calendar of openDueCalendars(due, options.calendars, tx.now)) {
    claimed.push(...(await claimFromCalendar(context, tx, calendar, progress, ids)))
  }
  return claimed
}
