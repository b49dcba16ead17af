/** Finds the numbers of a plan that were called recently, may have been, or wait for a call in another batch. */
import type { EarlierCall } from '../../records.ts'
import type { Context } from '../store/context.ts'
import { type Db, inList, jsonList, type Tx } from '../store/db.ts'
import { isWaiting } from '../store/predicates.ts'
import { number, optionalNumber, optionalOutcome, type Row, text } from '../store/rows.ts'

export interface RecentMatch {
  readonly reason: 'called' | 'maybe_called' | 'planned'
  readonly earlier: EarlierCall
}

/**
 * The calls since `$2` to the people in `$1`, and their waiting leads. The cross join keeps SQLite from searching every batch
 * for each person.
 */
export const recentSql = (
  db: Db,
): string => `select a.person, a.batch, a.sending_at as at, a.state, a.outcome from attempt a
    where a.person ${inList(db, 1, 'text')} and a.sending_at > $2 and a.state <> 'refused'
  union all
  select l.person, l.batch, null, 'ready', null from lead l cross join batch b
    where l.person ${inList(db, 1, 'text')} and ${isWaiting('l')} and b.id = l.batch
    and b.state in ('paused','running','stopped')`

function reasonOf(row: Row, at: number | undefined): RecentMatch['reason'] {
  if (at === undefined) return 'planned'
  const state = text(row, 'state')
  return state === 'placed' || state === 'ended' ? 'called' : 'maybe_called'
}

const readMatch = (row: Row): RecentMatch => {
  const at = optionalNumber(row, 'at')
  return {
    reason: reasonOf(row, at),
    earlier: { batch: optionalNumber(row, 'batch'), at, outcome: optionalOutcome(row) },
  }
}

/** Finds each person's newest call since a time; for a person without one, a lead that waits. */
export async function findRecent(
  { db }: Context,
  tx: Tx,
  people: readonly string[],
  since: number,
): Promise<Map<string, RecentMatch>> {
  const found = new Map<string, RecentMatch>()
  if (people.length === 0) return found
  for (const row of await tx.all(recentSql(db), jsonList(people), Math.round(since))) {
    const person = text(row, 'person')
    const match = readMatch(row)
    const other = found.get(person)
    if (!other || (match.earlier.at ?? 0) > (other.earlier.at ?? 0)) found.set(person, match)
  }
  return found
}

/** What others had done when a plan began. Plans that they commit and leads that they claim later may concern it. */
export interface PlanStart {
  /** Other plans that were being written. */
  readonly otherPlans: readonly number[]
  /** The newest attempt. */
  readonly newestAttempt: number
}

export async function readPlanStart(tx: Tx): Promise<PlanStart> {
  const plans = await tx.all(`select id from batch where state = 'planning'`)
  const [newest = {}] = await tx.all('select coalesce(max(seq), 0) as seq from attempt')
  return { otherPlans: plans.map((row) => number(row, 'id')), newestAttempt: number(newest, 'seq') }
}
