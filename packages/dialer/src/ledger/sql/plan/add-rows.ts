/** How a row of a plan becomes a lead. */
import type { PlanRow, RowVerdict, SkippedRow, Variables } from '../../records.ts'
import type { Context } from '../store/context.ts'
import { type Columns, inList, jsonList, type Tx } from '../store/db.ts'
import { number, text } from '../store/rows.ts'
import { decryptPerson, encryptPerson } from '../store/sealed.ts'
import { findRecent } from './find-recent.ts'
import { insertSkipped } from './insert-skipped.ts'

/** The columns of a new lead. */
const leadColumns: Columns = {
  line: 'bigint',
  person: 'text',
  data: 'text',
  calendar: 'text',
  consent_at: 'bigint',
  expires_at: 'bigint',
  due_at: 'bigint',
}

export interface FingerprintedRow {
  readonly row: PlanRow
  /** The fingerprint of its number. */
  readonly person: string
}

export const fingerprintRows = ({ seal }: Context, rows: readonly PlanRow[]): FingerprintedRow[] =>
  rows.map((row) => ({ row, person: seal.fingerprint(row.number) }))

async function findSuppressed(
  { db }: Context,
  tx: Tx,
  rows: readonly FingerprintedRow[],
): Promise<Set<string>> {
  const suppressed = await tx.all(
    `select person from suppressed where person ${inList(db, 1, 'text')}`,
    jsonList(rows.map(({ person }) => person)),
  )
  return new Set(suppressed.map((row) => text(row, 'person')))
}

/** Inserts a lead per number; a number that the plan has already is left out. Returns the line that each new number came from. */
async function insertLeads(
  { db, seal }: Context,
  tx: Tx,
  plan: number,
  rows: readonly FingerprintedRow[],
): Promise<Map<string, number>> {
  const leads = rows.map(({ row, person }) => ({
    line: row.line,
    person,
    data: encryptPerson(seal, { number: row.number, key: row.key, variables: row.variables }),
    calendar: row.calendar,
    consent_at: row.consentAt,
    expires_at: row.expiresAt,
    due_at: row.notBefore ?? 0,
  }))
  const inserted = await tx.all(
    `insert into lead(batch, line, person, data, calendar, consent_at, expires_at, state, due_at, changed_at)
     select cast($2 as bigint), line, person, data, calendar, consent_at, expires_at, 'ready', due_at, cast($3 as bigint)
     from ${db.jsonTable(1, leadColumns)}
     where true order by line on conflict (batch, person) do nothing returning person, line`,
    JSON.stringify(leads),
    plan,
    tx.now,
  )
  return new Map(inserted.map((row) => [text(row, 'person'), number(row, 'line')]))
}

/** Variables as text; equal ones are equal texts, whatever their order. */
const textOf = (variables: Variables): string =>
  JSON.stringify(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)))

/** The lines of the duplicates whose variables differ from those of the lead that the plan has for their number. */
async function findOtherVariables(
  { db, seal }: Context,
  tx: Tx,
  plan: number,
  duplicates: readonly FingerprintedRow[],
): Promise<Set<number>> {
  if (duplicates.length === 0) return new Set()
  const leads = await tx.all(
    `select person, data from lead where batch = $1 and person ${inList(db, 2, 'text')}`,
    plan,
    jsonList(new Set(duplicates.map(({ person }) => person))),
  )
  const planned = new Map(
    leads.map((row) => [text(row, 'person'), textOf(decryptPerson(seal, row).variables ?? {})]),
  )
  const others = duplicates.filter(({ row, person }) => textOf(row.variables) !== planned.get(person))
  return new Set(others.map(({ row }) => row.line))
}

export interface AddOptions {
  readonly plan: number
  readonly suppression: boolean
  /** In milliseconds; 0 leaves out nobody. */
  readonly recentMs: number
}

/** Adds rows to a plan. Returns one verdict per row; the rows that are not called are kept for the report. */
export async function addRows(
  context: Context,
  tx: Tx,
  { plan, suppression, recentMs }: AddOptions,
  rows: readonly FingerprintedRow[],
): Promise<RowVerdict[]> {
  const suppressed = suppression ? await findSuppressed(context, tx, rows) : new Set<string>()
  const allowed = rows.filter(({ person }) => !suppressed.has(person))
  const people = recentMs > 0 ? allowed.map(({ person }) => person) : []
  const recent = await findRecent(context, tx, people, tx.now - recentMs)
  const callable = allowed.filter(({ person }) => !recent.has(person))
  const plannedLines = await insertLeads(context, tx, plan, callable)

  const isDuplicate = ({ row, person }: FingerprintedRow): boolean => plannedLines.get(person) !== row.line
  const otherVariables = await findOtherVariables(context, tx, plan, callable.filter(isDuplicate))
  const verdictOf = (
    one: FingerprintedRow,
  ): Pick<SkippedRow, 'reason' | 'earlier'> & { verdict: RowVerdict } => {
    const match = recent.get(one.person)
    if (suppressed.has(one.person)) return { verdict: 'suppressed' }
    if (match) return { verdict: 'recent', ...match }
    if (!isDuplicate(one)) return { verdict: 'planned' }
    return { verdict: 'duplicate', ...(otherVariables.has(one.row.line) && { reason: 'other_variables' }) }
  }

  const verdicts = rows.map(verdictOf)
  const skipped = rows.flatMap(({ row: { line, key, number: value } }, index): SkippedRow[] => {
    const { verdict = 'planned', ...why } = verdicts[index] ?? {}
    return verdict === 'planned' ? [] : [{ line, verdict, ...why, key, value }]
  })
  await insertSkipped(context, tx, plan, skipped)
  return verdicts.map(({ verdict }) => verdict)
}
