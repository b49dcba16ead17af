import { DialerInputError } from '../../../errors.ts'
import type { Batch, Json } from '../../records.ts'
import type { Tx } from '../store/db.ts'
import { choice, number, optionalNumber, optionalText, type Row, text } from '../store/rows.ts'
import { noBatches } from '../store/words.ts'

function parseRules(row: Row): Json {
  const rules: Json = JSON.parse(text(row, 'rules'))
  return rules
}

function toBatch(row: Row, calendars: readonly Row[]): Batch {
  return {
    id: number(row, 'id'),
    state: choice(row, 'state', noBatches),
    why: optionalText(row, 'why'),
    hash: text(row, 'hash'),
    name: optionalText(row, 'name'),
    from_number: text(row, 'from_number'),
    agent_version_id: optionalText(row, 'agent'),
    suppression: number(row, 'suppression') === 1,
    createdAt: number(row, 'created_at'),
    limits: {
      tries: number(row, 'tries'),
      callsPerDay: number(row, 'calls_per_day'),
      minimumGap: number(row, 'minimum_gap'),
      budgetCalls: optionalNumber(row, 'budget_calls'),
      budgetMinutes: optionalNumber(row, 'budget_minutes'),
    },
    rules: parseRules(row),
    calendars: Object.fromEntries(calendars.map((calendar) => [text(calendar, 'key'), parseRules(calendar)])),
    rows: {
      planned: number(row, 'planned'),
      duplicate: number(row, 'duplicate'),
      suppressed: number(row, 'suppressed'),
      recent: number(row, 'recent'),
      rejected: number(row, 'rejected'),
    },
  }
}

/**
 * @param lock a clause such as `for update`
 * @throws DialerInputError `BATCH_UNKNOWN`, also for a plan that is not committed yet
 */
export async function selectBatch(tx: Tx, id: number, lock = ''): Promise<Row> {
  const [row] = await tx.all(`select * from batch where id = $1 and state <> 'planning' ${lock}`, id)
  if (!row) throw new DialerInputError('BATCH_UNKNOWN', `There is no batch ${id} in this ledger`)
  return row
}

/** @throws DialerInputError `BATCH_UNKNOWN` */
export async function readBatch(tx: Tx, id: number): Promise<Batch> {
  return toBatch(
    await selectBatch(tx, id),
    await tx.all('select key, rules from calendar where batch = $1 order by key', id),
  )
}

export async function readBatches(tx: Tx): Promise<Batch[]> {
  const rows = await tx.all(`select * from batch where state <> 'planning' order by id`)
  const calendars = await tx.all('select batch, key, rules from calendar order by key')
  const byBatch = Map.groupBy(calendars, (calendar) => number(calendar, 'batch'))
  return rows.map((row) => toBatch(row, byBatch.get(number(row, 'id')) ?? []))
}
