/** What a ledger tells people about its batches. */
import type { Ledger } from '../ledger.ts'
import type { Alarm, EarlierCall, LeadRecord, SkippedRow } from '../records.ts'
import { attemptColumns, attemptTables, readAttempt, selectAttempts } from './attempts/attempt-row.ts'
import type { Context } from './store/context.ts'
import { inList, jsonList, type Tx } from './store/db.ts'
import { isOpen } from './store/predicates.ts'
import {
  choice,
  number,
  optionalNumber,
  optionalOutcome,
  optionalText,
  type Row,
  text,
} from './store/rows.ts'
import { decryptPerson, decryptSkipped } from './store/sealed.ts'
import { noAlarms, noLeads, noSkipped } from './store/words.ts'

const rowsPerPage = 1_000

function readLead({ seal }: Context, row: Row, attempts: LeadRecord['attempts']): LeadRecord {
  const { number: phoneNumber, key, variables = {} } = decryptPerson(seal, row)
  return {
    id: number(row, 'id'),
    line: number(row, 'line'),
    key,
    number: phoneNumber,
    variables,
    consentAt: optionalNumber(row, 'consent_at'),
    calendar: text(row, 'calendar'),
    state: choice(row, 'state', noLeads),
    why: optionalText(row, 'why'),
    dueAt: number(row, 'due_at'),
    expiresAt: optionalNumber(row, 'expires_at'),
    tries: number(row, 'tries'),
    purged: optionalText(row, 'data') === undefined,
    attempts,
  }
}

/** The next page of a batch's leads, each with its attempts. */
async function readLeads(context: Context, tx: Tx, batch: number, afterId: number): Promise<LeadRecord[]> {
  const { db, seal } = context
  const rows = await tx.all(
    `select * from lead where id > $1 and batch = $2 order by id limit ${rowsPerPage}`,
    afterId,
    batch,
  )
  const attemptRows = await tx.all(
    `select ${attemptColumns} from ${attemptTables} where a.lead ${inList(db, 1, 'bigint')} order by a.lead, a.no`,
    jsonList(rows.map((row) => number(row, 'id'))),
  )
  const attempts = attemptRows.map((row) => readAttempt(row, tx.self.id, seal))
  const byLead = Map.groupBy(attempts, ({ lead }) => lead)
  return rows.map((row) => readLead(context, row, byLead.get(number(row, 'id')) ?? []))
}

async function* streamLeads(context: Context, batch: number): AsyncGenerator<LeadRecord, void, undefined> {
  let afterId = await context.db.read(async (tx) => {
    const [row] = await tx.all('select first_lead from batch where id = $1', batch)
    return row ? number(row, 'first_lead') : 0
  })
  for (;;) {
    const from = afterId
    const leads = await context.db.read((tx) => readLeads(context, tx, batch, from))
    yield* leads
    if (leads.length < rowsPerPage) return
    afterId = leads.at(-1)?.id ?? afterId
  }
}

const readEarlier = (row: Row): EarlierCall => ({
  batch: optionalNumber(row, 'earlier_batch'),
  at: optionalNumber(row, 'earlier_at'),
  outcome: optionalOutcome({ outcome: row['earlier_outcome'] }),
})

async function* streamSkipped(
  { db, seal }: Context,
  batch: number,
): AsyncGenerator<SkippedRow, void, undefined> {
  let afterId = 0
  for (;;) {
    const from = afterId
    const rows = await db.read((tx) =>
      tx.all(
        `select * from skipped where batch = $1 and id > $2 order by id limit ${rowsPerPage}`,
        batch,
        from,
      ),
    )
    for (const row of rows) {
      const { key, value } = decryptSkipped(seal, row)
      const verdict = choice(row, 'verdict', noSkipped)
      yield {
        line: number(row, 'line'),
        verdict,
        reason: optionalText(row, 'reason'),
        ...(verdict === 'recent' && { earlier: readEarlier(row) }),
        key,
        value,
      }
      afterId = number(row, 'id')
    }
    if (rows.length < rowsPerPage) return
  }
}

async function readAlarms(tx: Tx): Promise<Alarm[]> {
  const rows = await tx.all('select id, at, kind, attempt, call_id from alarm order by id')
  return rows.map((row) => ({
    id: number(row, 'id'),
    at: number(row, 'at'),
    kind: choice(row, 'kind', noAlarms),
    attempt: text(row, 'attempt'),
    callId: text(row, 'call_id'),
  }))
}

export function createReports(context: Context): Pick<Ledger, 'leads' | 'skipped' | 'held' | 'alarms'> {
  const { db, seal } = context
  // The condition on open attempts lets the stores use the partial index.
  const isHeld = `a.state = 'held' and ${isOpen('a')}`
  return {
    leads: (batch) => streamLeads(context, batch),
    skipped: (batch) => streamSkipped(context, batch),
    held: (batch) =>
      db.read((tx) =>
        selectAttempts(tx, seal, `${isHeld} and a.batch = coalesce($1, a.batch)`, batch ?? null),
      ),
    alarms: () => db.read(readAlarms),
  }
}
