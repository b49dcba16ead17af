import type { Attempt } from '../../records.ts'
import type { Seal } from '../../seal.ts'
import type { Tx, Value } from '../store/db.ts'
import {
  choice,
  number,
  optionalNumber,
  optionalOutcome,
  optionalText,
  type Row,
  text,
} from '../store/rows.ts'
import { decryptEvidence, decryptPerson } from '../store/sealed.ts'
import { noAttempts } from '../store/words.ts'

/** What `readAttempt` reads of `attemptTables`. The person is written once, with the lead; an imported call has its own. */
export const attemptColumns = `a.id, a.batch, a.lead, a.no, a.state, a.sending_at, a.placed_at, a.ended_at, a.call_id, a.outcome,
  a.seconds, a.why, a.evidence, coalesce(a.data, l.data) as data`
export const attemptTables = 'attempt a left join lead l on l.id = a.lead'

export function readAttempt(row: Row, ledger: string, seal: Seal): Attempt {
  const id = text(row, 'id')
  return {
    id,
    idempotencyKey: `${ledger}.${id}`,
    batch: optionalNumber(row, 'batch'),
    lead: optionalNumber(row, 'lead'),
    no: number(row, 'no'),
    number: decryptPerson(seal, row).number,
    state: choice(row, 'state', noAttempts),
    claimedAt: number(row, 'sending_at'),
    placedAt: optionalNumber(row, 'placed_at'),
    endedAt: optionalNumber(row, 'ended_at'),
    callId: optionalText(row, 'call_id'),
    outcome: optionalOutcome(row),
    seconds: optionalNumber(row, 'seconds'),
    why: optionalText(row, 'why'),
    evidence: decryptEvidence(seal, row),
  }
}

/** Attempts `a`, the oldest first. */
export async function selectAttempts(
  tx: Tx,
  seal: Seal,
  where: string,
  ...values: Value[]
): Promise<Attempt[]> {
  const rows = await tx.all(
    `select ${attemptColumns} from ${attemptTables} where ${where} order by a.seq`,
    ...values,
  )
  return rows.map((row) => readAttempt(row, tx.self.id, seal))
}
