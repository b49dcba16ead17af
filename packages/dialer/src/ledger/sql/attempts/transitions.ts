import { DialerInputError } from '../../../errors.ts'
import type { FactResult, Facts } from '../../ledger.ts'
import type { AttemptState, HeldWhy, Json } from '../../records.ts'
import { assertHere, type Context } from '../store/context.ts'
import type { Tx, Value } from '../store/db.ts'
import { closedEvidence } from '../store/rows.ts'

interface Found {
  readonly id: string
  readonly state: AttemptState
  readonly lead: number | null
  readonly batch: number | null
  readonly call_id: string | null
  readonly outcome: string | null
  readonly sending_at: number
}

const illegal = (found?: Found): FactResult => ({ result: 'illegal', state: found?.state })
const known = (found: Found): FactResult => ({ result: 'known', state: found.state })
const changed = (state: AttemptState): FactResult => ({ result: 'changed', state })

async function load({ db }: Context, tx: Tx, id: string): Promise<Found | undefined> {
  const [row] = await tx.all(
    `select id, state, lead, batch, call_id, outcome, sending_at from attempt where id = $1 ${db.forUpdate}`,
    id,
  )
  return row as unknown as Found | undefined
}

/** Writes a step; a lead that was held with its attempt is busy again. */
async function step(
  tx: Tx,
  found: Found,
  state: AttemptState,
  set: string,
  ...values: Value[]
): Promise<FactResult> {
  await tx.run(`update attempt set state = '${state}', ${set} where id = $1`, found.id, ...values)
  if (found.state === 'held') {
    await tx.run(
      `update lead set state = 'busy', changed_at = $2 where id = $1 and state = 'held'`,
      found.lead,
      tx.now,
    )
  }
  return changed(state)
}

async function alarm(tx: Tx, kind: string, found: Found, callId: string): Promise<FactResult> {
  await tx.run(
    'insert into alarm(at, kind, attempt, call_id) values ($1, $2, $3, $4) on conflict do nothing',
    tx.now,
    kind,
    found.id,
    callId,
  )
  return { result: 'alarm', state: found.state }
}

async function place(tx: Tx, found: Found, callId: string, at: number): Promise<FactResult> {
  if (found.call_id === callId) return known(found)
  if (found.state === 'refused' || found.state === 'ended') return alarm(tx, 'late_call', found, callId)
  const [other] = await tx.all('select id from attempt where call_id = $1', callId)
  if (found.state === 'placed' || other) return alarm(tx, 'second_call', found, callId)
  return step(tx, found, 'placed', 'call_id = $2, placed_at = $3, why = null, evidence = null', callId, at)
}

/** It is known that nobody was called: this try never counted. */
async function refuse(tx: Tx, found: Found, why: string): Promise<FactResult> {
  const result = await step(tx, found, 'refused', 'ended_at = $2, why = $3, evidence = null', tx.now, why)
  await tx.run('update lead set tries = tries - 1 where id = $1', found.lead)
  await tx.run('update batch set spent_calls = spent_calls - 1 where id = $1', found.batch)
  return result
}

async function end(
  tx: Tx,
  found: Found,
  outcome: string,
  at: number,
  seconds: number | null,
  why: string | null,
): Promise<FactResult> {
  const result = await step(
    tx,
    found,
    'ended',
    'outcome = $2, ended_at = $3, seconds = $4, why = $5',
    outcome,
    at,
    seconds,
    why,
  )
  if (seconds) {
    await tx.run('update batch set spent_seconds = spent_seconds + $2 where id = $1', found.batch, seconds)
  }
  return result
}

/** One attempt's step in a transaction of its own. */
export type Step = (
  attempt: string,
  work: (tx: Tx, found: Found) => FactResult | Promise<FactResult>,
) => Promise<FactResult>

export const steps =
  (context: Context, worker?: { id: string; check: (tx: Tx) => void }): Step =>
  (attempt, work) =>
    context.db.write(async (tx) => {
      assertHere(tx.self)
      worker?.check(tx)
      const found = await load(context, tx, attempt)
      return found ? await work(tx, found) : illegal()
    }, worker && { worker: worker.id })

export function createFacts(context: Context): Facts & { settle(attempt: string): Promise<FactResult> } {
  const one = steps(context)
  return {
    placed: (attempt, { callId, at }) => one(attempt, (tx, found) => place(tx, found, callId, at ?? tx.now)),
    refused: (attempt, why) =>
      one(attempt, (tx, found) => {
        if (found.state === 'refused') return known(found)
        return found.state === 'placed' || found.state === 'ended' ? illegal(found) : refuse(tx, found, why)
      }),
    unknown: (attempt, why) =>
      one(attempt, (tx, found) => {
        if (found.state === 'unknown') return known(found)
        return found.state === 'sending' ? step(tx, found, 'unknown', 'why = $2', why) : illegal(found)
      }),
    ended: (attempt, { outcome, at, seconds, why }) =>
      one(attempt, (tx, found) => {
        if (found.state === 'ended' && found.outcome === outcome) return known(found)
        if (found.state !== 'placed') return illegal(found)
        return end(
          tx,
          found,
          outcome,
          at ?? tx.now,
          seconds === undefined ? null : Math.round(seconds),
          why ?? null,
        )
      }),
    settle: (attempt) =>
      one(attempt, async (tx, found) => {
        if (found.state !== 'held') return illegal(found)
        const { leaseMs, requestMs, settleMs } = context.times
        const wait = found.sending_at + leaseMs + requestMs + settleMs - tx.now
        if (wait > 0) {
          throw new DialerInputError(
            'TOO_EARLY',
            `Attempt ${attempt} may still be sent by whoever claimed it: settle it in ${Math.ceil(wait / 1000)} s`,
          )
        }
        const result = await refuse(tx, found, 'person')
        await context.db.notify(tx)
        return result
      }),
  }
}

/** The steps that only a runner takes. */
export function createDecidedSteps(
  context: Context,
  one: Step,
): {
  hold(attempt: string, why: HeldWhy, evidence?: Json): Promise<FactResult>
  lose(attempt: string): Promise<FactResult>
} {
  return {
    hold: (attempt, why, evidence) =>
      one(attempt, async (tx, found) => {
        if (found.state !== 'unknown' || tx.now < found.sending_at + context.times.settleMs)
          return illegal(found)
        const result = await step(
          tx,
          found,
          'held',
          'why = $2, evidence = $3',
          why,
          closedEvidence(context.seal, evidence),
        )
        await tx.run(
          `update lead set state = 'held', why = $2, changed_at = $3 where id = $1 and state = 'busy'`,
          found.lead,
          why,
          tx.now,
        )
        return result
      }),
    lose: (attempt) =>
      one(attempt, (tx, found) => {
        if (found.state !== 'placed' || tx.now < found.sending_at + context.times.maxCallMs)
          return illegal(found)
        return end(tx, found, 'other', tx.now, null, 'lost_sight')
      }),
  }
}

/** A claim that failed on the way back: this process holds the only copy of the intention, and drops it. */
export async function dropUnsent(context: Context, tx: Tx, ids: Iterable<string>): Promise<void> {
  for (const id of ids) {
    const found = await load(context, tx, id)
    if (found?.state === 'sending') await refuse(tx, found, 'never_sent')
  }
}
