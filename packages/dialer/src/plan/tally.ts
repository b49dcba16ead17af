import { DialerError } from '../errors.ts'
import type { PlanRow, RowVerdict } from '../ledger/records.ts'
import { regionsOf } from '../rules/prefixes.ts'
import type { Load } from './estimate.ts'
import type { RejectReason } from './lead.ts'

const dayMs = 86_400_000
/** Leads that wait for longer than this are estimated together. */
const longestWaitDays = 400

/** What an estimate needs to know of a lead. */
type PlannedLead = Pick<PlanRow, 'number' | 'calendar' | 'notBefore'>

/** What is counted while rows are read. */
export interface Tally {
  countRow(): void
  reject(reason: RejectReason): void
  /** Counts the ledger's verdict on a row that was not rejected. */
  count(verdict: RowVerdict, lead: PlannedLead): void
  /** How many leads are planned. */
  readonly planned: number
  /** How many planned leads have a number that shows no region. */
  readonly withoutRegion: number
  rejected(): Readonly<Record<string, number>>
  /** The planned leads, grouped for the estimate. */
  loads(): Load[]
  /** @throws DialerError `LOST_ROW` if a row that was read has no verdict */
  assertComplete(): void
}

export function createTally(now: number): Tally {
  const loads = new Map<string, { calendar: string; from: number; leads: number }>()
  const rejected = new Map<RejectReason, number>()
  const verdicts: Record<RowVerdict, number> = { planned: 0, duplicate: 0, suppressed: 0, recent: 0 }
  let rows = 0
  let withoutRegion = 0

  function addLoad({ calendar, notBefore = 0 }: PlannedLead): void {
    const days = notBefore <= now ? 0 : Math.min(longestWaitDays, Math.ceil((notBefore - now) / dayMs))
    const key = `${days} ${calendar}`
    const load = loads.get(key) ?? { calendar, from: 0, leads: 0 }
    load.leads += 1
    // The latest of a day stands for all of that day.
    if (days > 0) load.from = Math.max(load.from, notBefore)
    loads.set(key, load)
  }

  return {
    countRow() {
      rows += 1
    },
    reject(reason) {
      rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
    },
    count(verdict, lead) {
      verdicts[verdict] += 1
      if (verdict !== 'planned') return
      addLoad(lead)
      if (regionsOf(lead.number).length === 0) withoutRegion += 1
    },
    get planned() {
      return verdicts.planned
    },
    get withoutRegion() {
      return withoutRegion
    },
    rejected: () => Object.fromEntries(rejected),
    loads: () => [...loads.values()],
    assertComplete() {
      const all = [...Object.values(verdicts), ...rejected.values()].reduce((sum, count) => sum + count, 0)
      if (all !== rows)
        throw new DialerError('LOST_ROW', `Of ${rows} rows that were read, ${all} have a verdict.`)
    },
  }
}
