/** The steps that change an attempt. `ledger.ts` has the table of them. */
import type { Outcome } from '../../../port.ts'
import type { FactResult } from '../../ledger.ts'
import type { Alarm, AttemptState } from '../../records.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import type { Tx, Value } from '../store/db.ts'
import { choice, number, optionalNumber, optionalText, text } from '../store/rows.ts'
import { noAttempts } from '../store/words.ts'

/** An attempt as the transaction found it, before its step. */
export interface StoredAttempt {
  readonly id: string
  readonly state: AttemptState
  readonly lead: number | undefined
  readonly batch: number | undefined
  readonly callId: string | undefined
  readonly outcome: string | undefined
  readonly claimedAt: number
}

export const illegal = (attempt?: StoredAttempt): FactResult => ({ result: 'illegal', state: attempt?.state })
export const alreadyKnown = (attempt: StoredAttempt): FactResult => ({
  result: 'known',
  state: attempt.state,
})

export async function loadAttempt(
  { db }: Context,
  tx: Tx,
  attempt: string,
): Promise<StoredAttempt | undefined> {
  const [row] = await tx.all(
    `select id, state, lead, batch, call_id, outcome, sending_at from attempt where id = $1 ${db.rowLock('for update')}`,
    attempt,
  )
  return (
    row && {
      id: text(row, 'id'),
      state: choice(row, 'state', noAttempts),
      lead: optionalNumber(row, 'lead'),
      batch: optionalNumber(row, 'batch'),
      callId: optionalText(row, 'call_id'),
      outcome: optionalText(row, 'outcome'),
      claimedAt: number(row, 'sending_at'),
    }
  )
}

/** Runs one step of one attempt in a transaction of its own. */
export type StepRunner = (
  attempt: string,
  step: (tx: Tx, attempt: StoredAttempt) => FactResult | Promise<FactResult>,
) => Promise<FactResult>

/** With `worker`, `check` looks at its lease first. An attempt that does not exist has no legal step. */
export const createStepRunner =
  (context: Context, worker?: { id: string; check: (tx: Tx) => void }): StepRunner =>
  (id, step) =>
    context.db.write(async (tx) => {
      assertNotMoved(tx.self)
      worker?.check(tx)
      const attempt = await loadAttempt(context, tx, id)
      return attempt ? await step(tx, attempt) : illegal()
    }, worker && { worker: worker.id })

/** Moves an attempt to `state`, with `set` for its other columns. The lead of an attempt that was held is busy again. */
export async function moveTo(
  state: AttemptState,
  tx: Tx,
  attempt: StoredAttempt,
  set: string,
  ...values: Value[]
): Promise<FactResult> {
  await tx.run(`update attempt set state = '${state}', ${set} where id = $1`, attempt.id, ...values)
  if (attempt.state === 'held') {
    await tx.run(
      `update lead set state = 'busy', changed_at = $2 where id = $1 and state = 'held'`,
      attempt.lead ?? null,
      tx.now,
    )
  }
  return { result: 'changed', state }
}

async function raiseAlarm(
  tx: Tx,
  kind: Alarm['kind'],
  attempt: StoredAttempt,
  callId: string,
): Promise<FactResult> {
  await tx.run(
    'insert into alarm(at, kind, attempt, call_id) values ($1, $2, $3, $4) on conflict do nothing',
    tx.now,
    kind,
    attempt.id,
    callId,
  )
  return { result: 'alarm', state: attempt.state }
}

/** Records the attempt's call. A call id that contradicts the ledger changes nothing and raises an alarm. */
export async function recordCall(
  tx: Tx,
  attempt: StoredAttempt,
  callId: string,
  placedAt: number,
): Promise<FactResult> {
  if (attempt.callId === callId) return alreadyKnown(attempt)
  if (attempt.state === 'refused' || attempt.state === 'ended') {
    return raiseAlarm(tx, 'late_call', attempt, callId)
  }
  const [other] = await tx.all('select id from attempt where call_id = $1', callId)
  if (attempt.state === 'placed' || other) return raiseAlarm(tx, 'second_call', attempt, callId)
  const set = 'call_id = $2, placed_at = $3, why = null, evidence = null'
  return moveTo('placed', tx, attempt, set, callId, placedAt)
}

/** Records that nobody was called: the try no longer counts, and the batch gets its call back. */
export async function recordRefusal(tx: Tx, attempt: StoredAttempt, why: string): Promise<FactResult> {
  const set = 'ended_at = $2, why = $3, evidence = null'
  const result = await moveTo('refused', tx, attempt, set, tx.now, why)
  await tx.run('update lead set tries = tries - 1 where id = $1', attempt.lead ?? null)
  await tx.run('update batch set spent_calls = spent_calls - 1 where id = $1', attempt.batch ?? null)
  return result
}

/** Records that the call was never dialled. A batch that had spent its budget on it goes on: nobody else is left out for it. */
export async function recordUndialled(tx: Tx, attempt: StoredAttempt, why: string): Promise<FactResult> {
  const result = await recordRefusal(tx, attempt, why)
  await tx.run(
    `update batch set state = 'running', why = null where id = $1 and state = 'stopped' and why = 'budget_calls'
     and spent_calls < budget_calls`,
    attempt.batch ?? null,
  )
  return result
}

export interface CallEnd {
  readonly outcome: Outcome
  readonly at: number
  /** Answered time, in whole seconds. */
  readonly seconds: number | null
  readonly why: string | null
}

/** Records how the call ended, and takes its answered time from the batch's budget. */
export async function recordEnd(
  tx: Tx,
  attempt: StoredAttempt,
  { outcome, at, seconds, why }: CallEnd,
): Promise<FactResult> {
  const set = 'outcome = $2, ended_at = $3, seconds = $4, why = $5'
  const result = await moveTo('ended', tx, attempt, set, outcome, at, seconds, why)
  if (seconds) {
    await tx.run(
      'update batch set spent_seconds = spent_seconds + $2 where id = $1',
      attempt.batch ?? null,
      seconds,
    )
  }
  return result
}
