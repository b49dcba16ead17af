/** How a row of a plan becomes a lead. */
import type { PlanRow, RowVerdict } from '../../records.ts'
import type { Context } from '../store/context.ts'
import { type Columns, inList, jsonList, type Tx } from '../store/db.ts'
import { number, text } from '../store/rows.ts'
import { encryptPerson } from '../store/sealed.ts'
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

/** Adds rows to a plan. Returns one verdict per row; the rows that are not called are kept for the report. */
export async function addRows(
  context: Context,
  tx: Tx,
  { plan, suppression }: { plan: number; suppression: boolean },
  rows: readonly FingerprintedRow[],
): Promise<RowVerdict[]> {
  const suppressed = suppression ? await findSuppressed(context, tx, rows) : new Set<string>()
  const callable = rows.filter(({ person }) => !suppressed.has(person))
  const plannedLines = await insertLeads(context, tx, plan, callable)

  const verdicts = rows.map(({ row, person }): RowVerdict => {
    if (suppressed.has(person)) return 'suppressed'
    return plannedLines.get(person) === row.line ? 'planned' : 'duplicate'
  })
  const skipped = rows.flatMap(({ row }, index) => {
    const verdict = verdicts[index]
    if (!verdict || verdict === 'planned') return []
    return [{ line: row.line, verdict, key: row.key, value: row.number }]
  })
  await insertSkipped(context, tx, plan, skipped)
  return verdicts
}
