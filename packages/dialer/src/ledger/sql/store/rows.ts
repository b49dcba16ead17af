import type { Outcome } from '../../../port.ts'
import type { Attempt, AttemptState, Json, Variables } from '../../records.ts'
import type { Seal } from '../../seal.ts'
import type { Row, Value } from './db.ts'

/** What is kept of a person, as one closed value. */
export interface Person {
  readonly number: string
  readonly key?: string | undefined
  readonly variables?: Variables | undefined
}

export const closed = (seal: Seal, person: Person): string => seal.close(JSON.stringify(person))

/** After a purge nothing is left. */
export function opened(seal: Seal, data: Value | undefined): Person {
  return typeof data === 'string' ? (JSON.parse(seal.open(data)) as Person) : { number: '' }
}

const orNothing = <T extends Value>(value: Value | undefined): T | undefined =>
  value === null ? undefined : (value as T | undefined)

/** Columns that `attemptOf` reads, of `attempt a left join lead l`. */
export const attemptColumns = `a.id, a.batch, a.lead, a.no, a.state, a.sending_at, a.placed_at, a.ended_at, a.call_id, a.outcome,
  a.seconds, a.why, a.evidence, coalesce(a.data, l.data) as data`
export const attemptTables = 'attempt a left join lead l on l.id = a.lead'

export function attemptOf(row: Row, ledger: string, seal: Seal): Attempt {
  return {
    id: String(row['id']),
    idempotencyKey: `${ledger}.${row['id']}`,
    batch: orNothing<number>(row['batch']),
    lead: orNothing<number>(row['lead']),
    no: Number(row['no']),
    number: opened(seal, row['data']).number,
    state: row['state'] as AttemptState,
    claimedAt: Number(row['sending_at']),
    placedAt: orNothing<number>(row['placed_at']),
    endedAt: orNothing<number>(row['ended_at']),
    callId: orNothing<string>(row['call_id']),
    outcome: orNothing<string>(row['outcome']) as Outcome | undefined,
    seconds: orNothing<number>(row['seconds']),
    why: orNothing<string>(row['why']),
    evidence: evidenceOf(seal, row['evidence']),
  }
}

/** Evidence may hold numbers: it is closed like the rest. */
export const closedEvidence = (seal: Seal, evidence: Json | undefined): string | null =>
  evidence === undefined ? null : seal.close(JSON.stringify(evidence))

const evidenceOf = (seal: Seal, value: Value | undefined): Json | undefined =>
  typeof value === 'string' ? (JSON.parse(seal.open(value)) as Json) : undefined
