/**
 * Turns leads into a paused batch.
 *
 * Rows are read once, in pieces, and none of them stays in memory: the ledger finds duplicates, suppressed numbers and those that
 * were called recently, and keeps the rows that are skipped. A plan never changes once it is made. Its hash covers its rows and every option that decides
 * whom it calls, when, how often and from which number.
 */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DialerError } from '../errors.ts'
import type { PlanWriter } from '../ledger/plan-writer.ts'
import type { Batch, PlanRow, SkippedCount } from '../ledger/records.ts'
import { type CalendarBook, calendarOf, createCalendarBook } from '../rules/calendar.ts'
import { type Calendars, loadCalendars } from '../rules/opening.ts'
import { purposes } from '../rules/purpose.ts'
import { defaultRetries, type RetryTable } from '../rules/retries.ts'
import { type Estimate, estimatePlan } from './estimate.ts'
import { type RejectReason, readRow } from './lead.ts'
import { type PlanOptions, type ResolvedPlan, resolvePlan } from './options.ts'
import { hashedRecent, recentMsOf } from './recent.ts'
import { warnAboutSkipped } from './skipped-warnings.ts'
import { readLeads } from './source.ts'
import { createTally, type Tally } from './tally.ts'
import { warningsOf } from './warnings.ts'

export interface Plan {
  /** Paused; `ledger.resume(batch.id)` lets a dialer begin. The counts in `rows` add up to the rows that were read. */
  readonly batch: Batch
  /** Whether the same plan was made before. Then `batch` is that batch, and nothing was added. */
  readonly existing: boolean
  /** How many rows were rejected for each reason. */
  readonly rejected: { readonly [reason in RejectReason]?: number }
  readonly estimate: Estimate
  /** What a person should know before starting the batch, one line each. */
  readonly warnings: readonly string[]
}

// Small, because what stays in memory for long makes V8's young generation, and so the process, larger.
const pieceRows = 200

interface WriteContext {
  readonly writer: PlanWriter
  readonly options: PlanOptions
  readonly resolved: ResolvedPlan
  readonly book: CalendarBook
  readonly tally: Tally
  readonly now: number
}

/** Collects rows, and passes them to the writer in pieces. */
function createPieces({ writer, tally }: Pick<WriteContext, 'writer' | 'tally'>) {
  let rows: PlanRow[] = []
  let rejects: Parameters<PlanWriter['reject']>[0][number][] = []

  async function flush(): Promise<void> {
    const [added, rejected] = [rows, rejects]
    rows = []
    rejects = []
    if (rejected.length > 0) await writer.reject(rejected)
    if (added.length === 0) return
    const verdicts = await writer.add(added)
    // Neither a source in memory nor a store in this process ever waits, so everything else gets its turn here.
    await setImmediate()
    for (const [index, row] of added.entries()) {
      const verdict = verdicts[index]
      if (verdict === undefined)
        throw new DialerError('LOST_ROW', `The ledger gave no verdict on line ${row.line}.`)
      tally.count(verdict, row)
    }
  }

  return {
    flush,
    async add(row: PlanRow): Promise<void> {
      rows.push(row)
      if (rows.length + rejects.length >= pieceRows) await flush()
    },
    async reject(row: (typeof rejects)[number]): Promise<void> {
      rejects.push(row)
      if (rows.length + rejects.length >= pieceRows) await flush()
    },
  }
}

/**
 * The retries as the hash covers them. Plans of the first version had none after `not_reached`: without that outcome, the
 * default table and a table of your own that leaves it out are hashed as they were then.
 */
function hashedRetries({ not_reached, ...others }: RetryTable): object {
  const { not_reached: byDefault, ...defaults } = defaultRetries
  const expected = JSON.stringify(others) === JSON.stringify(defaults) ? byDefault : []
  return JSON.stringify(not_reached) === JSON.stringify(expected) ? others : { ...others, not_reached }
}

/** What the hash covers besides the rows. A plan of an older version must keep its hash. */
function hashedOptions(
  { name, from_number, agent_version_id }: PlanOptions,
  { rules, limits, expiresAt, recent }: ResolvedPlan,
): unknown[] {
  const { recentDays: _, ...otherRules } = rules
  const hashedRules = { ...otherRules, retries: hashedRetries(rules.retries) }
  const { minimumGap: __, ...hashedLimits } = limits
  const batch = [name ?? null, from_number, agent_version_id ?? null]
  return [1, ...batch, hashedRules, hashedLimits, expiresAt ?? null, ...hashedRecent(rules.purpose, recent)]
}

/** Reads all leads into the writer. Returns the hash over them, and the names of their variables. */
async function writeRows(context: WriteContext): Promise<{ hash: string; variables: readonly string[] }> {
  const { options, resolved, book, tally, now } = context
  const { leads, columns, port } = options
  const { rules, expiresAt } = resolved
  const { needsConsent } = purposes[rules.purpose]
  const hash = createHash('sha256')
  hash.update(JSON.stringify(hashedOptions(options, resolved)))
  const isCallable = (number: string): boolean => port.isCallable(number)
  const pieces = createPieces(context)
  let variables: readonly string[] | undefined

  for await (const raw of readLeads(leads, columns)) {
    tally.countRow()
    variables ??= raw.columns.variables.map(([variable]) => variable)
    const { content, lead, rejected } = readRow(raw, { isCallable, needsConsent, expiresAt, now })
    hash.update(`\n${JSON.stringify(content)}`)
    const { line } = raw
    if (lead) await pieces.add({ line, ...lead, calendar: book.keyOf(lead.number) })
    else if (rejected) {
      tally.reject(rejected.reason)
      await pieces.reject({ line, ...rejected })
    }
  }
  await pieces.flush()
  return { hash: hash.digest('hex'), variables: variables ?? [] }
}

const countRejected = (skipped: readonly SkippedCount[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    skipped.flatMap(({ verdict, reason, rows }) =>
      verdict === 'rejected' && reason !== undefined ? [[reason, rows]] : [],
    ),
  )

/** Counts the leads of a batch, where they are not the rows that were just planned. */
async function tallyBatch({ ledger }: PlanOptions, batch: number, now: number): Promise<Tally> {
  const tally = createTally(now)
  for await (const { number, calendar, dueAt, attempts } of ledger.leads(batch)) {
    // The due time of a lead that was called is that of its retry.
    tally.count('planned', { number, calendar, ...(attempts.length === 0 && { notBefore: dueAt }) })
  }
  return tally
}

function assertSound({ broken }: Calendars): void {
  const [first] = broken
  if (first)
    throw new DialerError('BROKEN_CALENDAR', `The hours ${first[0]} cannot be evaluated: ${first[1]}.`)
}

/**
 * Plans leads as a paused batch. Nobody is called yet, and a plan that fails leaves nothing in the ledger.
 *
 * The same plan made again returns the batch that exists. It adds nobody to it, not even people who were left out as `recent`
 * and could be called by now. Any difference, such as one more row or another budget, makes another batch, which leaves out the
 * people whom the first one has called recently or is still to call, unless `recent` is off.
 *
 * Each row is planned, a duplicate (its number is in an earlier row), suppressed, recent, or rejected for a reason;
 * {@link skippedRows} lists which and why.
 *
 * @throws DialerInputError `BAD_PLAN`, `BAD_WINDOW`: an option is wrong; `BAD_HEADER`, `BAD_CSV`, `BAD_ENCODING`: the leads cannot be
 *   read. The message says where and what to do
 * @throws DialerError `BROKEN_CALENDAR`: the hours cannot be evaluated
 */
export async function planBatch(options: PlanOptions): Promise<Plan> {
  const { ledger, name, from_number, agent_version_id, budget = {}, assumptions = {} } = options
  const now = await ledger.now()
  const resolved = resolvePlan(options, now)
  const { rules, limits, recent } = resolved
  // Before any row is read: bad rules are found at once, and loading the holidays takes less memory now than later.
  assertSound(await loadCalendars({ 'of the plan': calendarOf('+34', rules) }))
  const book = createCalendarBook(rules)
  const rowTally = createTally(now)
  const { asksSuppression: suppression } = purposes[rules.purpose]
  const writer = await ledger.beginPlan({ suppression, recentMs: recentMsOf(recent) })
  try {
    const { hash, variables } = await writeRows({ writer, options, resolved, book, tally: rowTally, now })
    const calendars = await loadCalendars(book.calendars)
    assertSound(calendars)
    rowTally.assertComplete()
    const { batch, existing, skipped } = await writer.commit({
      hash,
      name,
      from_number,
      agent_version_id,
      limits,
      rules,
      calendars: book.calendars,
    })
    const isAsWritten = !existing && batch.rows.planned === rowTally.planned
    const tally = isAsWritten ? rowTally : await tallyBatch(options, batch.id, now)
    const estimate = estimatePlan({ loads: tally.loads(), calendars, now, budget, assumptions })
    const { withoutRegion } = tally
    const { endsAt } = estimate
    const warnings = warningsOf({ rules, now, endsAt, withoutRegion, variables, from_number })
    warnings.push(...warnAboutSkipped({ batch, existing, skipped, recentDays: recent.recentDays }))
    return { batch, existing, rejected: countRejected(skipped), estimate, warnings }
  } catch (error) {
    // If the store is gone, the next plan removes what is left.
    await writer.abort().catch(() => {})
    throw error
  }
}
