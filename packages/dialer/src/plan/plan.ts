/**
 * From leads to a batch that waits to be started.
 *
 * Rows are read once, in pieces, and nothing of them stays in memory: the ledger finds duplicates and suppressed numbers,
 * and keeps what is skipped. A plan does not change any more; its hash names its rows, agent, hours and rules.
 */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DialerError } from '../errors.ts'
import type { PlanWriter } from '../ledger/ledger.ts'
import type { Batch, Json, PlanRow } from '../ledger/records.ts'
import { calendarOf, createCalendarBook } from '../rules/calendar.ts'
import { type Calendars, loadCalendars } from '../rules/opening.ts'
import { regionsOf } from '../rules/prefixes.ts'
import { purposes } from '../rules/purpose.ts'
import { filledByService } from './columns.ts'
import { type Estimate, estimate, type Load } from './estimate.ts'
import { type RejectReason, readRow } from './lead.ts'
import { type PlanOptions, type ResolvedPlan, resolvePlan } from './options.ts'
import { readLeads } from './source.ts'
import { warningsOf } from './warnings.ts'

export interface Plan {
  /** Paused; `ledger.resume(batch.id)` lets a dialer begin. Its `rows` counts add up to the rows that were read. */
  readonly batch: Batch
  /** The same plan was made before: this is that batch, and nothing was added. */
  readonly existing: boolean
  /** Why rows were rejected, counted. */
  readonly rejected: { readonly [reason in RejectReason]?: number }
  readonly estimate: Estimate
  /** What a person should know before starting it, a line each. */
  readonly warnings: readonly string[]
}

// Small: what lives for long makes V8's young generation, and so the process, larger.
const pieceRows = 200
const dayMs = 86_400_000
// Leads that wait for longer than this are estimated together.
const longestWaitDays = 400

/** What is counted of the leads on the way. */
function createTally(now: number) {
  const loads = new Map<string, { calendar: string; from: number; leads: number }>()
  const rejected = new Map<RejectReason, number>()
  const tally = {
    rows: 0,
    planned: 0,
    duplicate: 0,
    suppressed: 0,
    withoutRegion: 0,
    rejected,
    loads,
    reject(reason: RejectReason): void {
      rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
    },
    plan({ calendar, notBefore = 0, number }: PlanRow): void {
      const days = notBefore <= now ? 0 : Math.min(longestWaitDays, Math.ceil((notBefore - now) / dayMs))
      const name = `${days} ${calendar}`
      const load = loads.get(name) ?? { calendar, from: 0, leads: 0 }
      load.leads += 1
      // Within a day the latest stands for all.
      if (days > 0) load.from = Math.max(load.from, notBefore)
      loads.set(name, load)
      if (regionsOf(number).length === 0) tally.withoutRegion += 1
    },
  }
  return tally
}
type Tally = ReturnType<typeof createTally>

/** Reads all leads into the writer; returns the hash over them. */
async function write(
  writer: PlanWriter,
  options: PlanOptions,
  { rules, limits, expiresAt }: ResolvedPlan,
  book: ReturnType<typeof createCalendarBook>,
  tally: Tally,
  now: number,
): Promise<{ hash: string; variables: readonly string[] }> {
  const { leads, columns, port, name = null, from_number, agent_version_id = null } = options
  const { needsConsent } = purposes[rules.purpose]
  const hash = createHash('sha256')
  hash.update(JSON.stringify([1, name, from_number, agent_version_id, rules, limits, expiresAt ?? null]))
  const isCallable = (number: string): boolean => port.isCallable(number)
  let variables: readonly string[] = []
  let rows: PlanRow[] = []
  let rejects: Parameters<PlanWriter['reject']>[0][number][] = []

  const flush = async (): Promise<void> => {
    const [added, rejected] = [rows, rejects]
    rows = []
    rejects = []
    if (rejected.length > 0) await writer.reject(rejected)
    if (added.length === 0) return
    const verdicts = await writer.add(added)
    // Neither a source in memory nor a store in the same process ever waits: others get their turn here.
    await setImmediate()
    for (const [index, row] of added.entries()) {
      const verdict = verdicts[index]
      if (verdict === undefined)
        throw new DialerError('LOST_ROW', `The ledger gave no verdict on line ${row.line}.`)
      tally[verdict] += 1
      if (verdict === 'planned') tally.plan(row)
    }
  }

  for await (const raw of readLeads(leads, columns)) {
    tally.rows += 1
    if (tally.rows === 1) variables = raw.columns.variables.map(([variable]) => variable)
    const { content, lead, rejected } = readRow(raw, { isCallable, needsConsent, expiresAt, now })
    hash.update(`\n${JSON.stringify(content)}`)
    if (lead) rows.push({ line: raw.line, ...lead, calendar: book.keyOf(lead.number) })
    else if (rejected) {
      tally.reject(rejected.reason)
      rejects.push({ line: raw.line, ...rejected })
    }
    if (rows.length + rejects.length >= pieceRows) await flush()
  }
  await flush()
  return { hash: hash.digest('hex'), variables }
}

async function countRejected(options: PlanOptions, batch: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const { reason } of options.ledger.skipped(batch)) {
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return counts
}

function assertSound({ broken }: Calendars): void {
  const [first] = broken
  if (first)
    throw new DialerError('BROKEN_CALENDAR', `The hours ${first[0]} cannot be evaluated: ${first[1]}.`)
}

/**
 * Plans leads as a batch, paused. Nothing is dialled, and nothing of a plan that fails stays in the ledger.
 *
 * Each row is planned, a duplicate (its number stands in an earlier row), suppressed, or rejected for a reason;
 * {@link skippedRows} tells which and why.
 *
 * @throws DialerInputError what is wrong with the options, the header or the file, in one line
 */
export async function planBatch(options: PlanOptions): Promise<Plan> {
  const { ledger, name, from_number, agent_version_id, budget = {}, assumptions = {} } = options
  const now = await ledger.now()
  const resolved = resolvePlan(options, now)
  const { rules, limits } = resolved
  // Before anything is read: rules that cannot be evaluated cost nothing, and the holidays need less memory now than later.
  assertSound(await loadCalendars({ 'of the plan': calendarOf('+34', rules) }))
  const book = createCalendarBook(rules)
  const tally = createTally(now)
  const writer = await ledger.beginPlan({ suppression: purposes[rules.purpose].asksSuppression })
  try {
    const { hash, variables } = await write(writer, options, resolved, book, tally, now)
    const calendars = await loadCalendars(book.calendars)
    const [broken] = calendars.broken
    if (broken)
      throw new DialerError('BROKEN_CALENDAR', `The hours ${broken[0]} cannot be evaluated: ${broken[1]}.`)
    const sum =
      tally.planned +
      tally.duplicate +
      tally.suppressed +
      [...tally.rejected.values()].reduce((a, b) => a + b, 0)
    if (sum !== tally.rows) throw new DialerError('LOST_ROW', `Of ${tally.rows} rows ${sum} have a verdict.`)
    const loads: Load[] = [...tally.loads.values()]
    const told = estimate({ loads, calendars, now, budget, assumptions })
    const { batch, existing } = await writer.commit({
      hash,
      name,
      from_number,
      agent_version_id,
      limits,
      rules: rules as unknown as Json,
      calendars: book.calendars as unknown as Record<string, Json>,
    })
    const rejected = existing ? await countRejected(options, batch.id) : tally.rejected
    const { withoutRegion } = tally
    const filled = variables.filter(
      (variable) => filledByService.has(variable) || variable.startsWith('current_time['),
    )
    const warnings = warningsOf({ rules, now, endsAt: told.endsAt, withoutRegion, filled, from_number })
    return { batch, existing, rejected: Object.fromEntries(rejected), estimate: told, warnings }
  } catch (error) {
    // What is left behind by a store that is gone is swept by the next plan.
    await writer.abort().catch(() => {})
    throw error
  }
}
