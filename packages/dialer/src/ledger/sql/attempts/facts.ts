/** The steps of an attempt that any process may report, and the one that a person takes. */
import type { FactResult, Facts } from '../../ledger.ts'
import { assertSettleable } from '../../may-still-be-sent.ts'
import type { Context } from '../store/context.ts'
import {
  alreadyKnown,
  createStepRunner,
  illegal,
  moveTo,
  recordCall,
  recordEnd,
  recordRefusal,
  recordUndialled,
} from './transitions.ts'

export function createFacts(context: Context): Facts & { settle(attempt: string): Promise<FactResult> } {
  const step = createStepRunner(context)
  return {
    placed: (id, { callId, at }) => step(id, (tx, attempt) => recordCall(tx, attempt, callId, at ?? tx.now)),

    refused: (id, why) =>
      step(id, (tx, attempt) => {
        if (attempt.state === 'refused') return alreadyKnown(attempt)
        if (attempt.state === 'placed' || attempt.state === 'ended') return illegal(attempt)
        return recordRefusal(tx, attempt, why)
      }),

    undialled: (id, why) =>
      step(id, (tx, attempt) => {
        if (attempt.state === 'refused') return alreadyKnown(attempt)
        if (attempt.state !== 'placed') return illegal(attempt)
        return recordUndialled(tx, attempt, why)
      }),

    unknown: (id, why) =>
      step(id, (tx, attempt) => {
        if (attempt.state === 'unknown') return alreadyKnown(attempt)
        if (attempt.state !== 'sending') return illegal(attempt)
        return moveTo('unknown', tx, attempt, 'why = $2', why)
      }),

    ended: (id, { outcome, at, seconds, why }) =>
      step(id, (tx, attempt) => {
        if (attempt.state === 'ended' && attempt.outcome === outcome) return alreadyKnown(attempt)
        if (attempt.state !== 'placed') return illegal(attempt)
        return recordEnd(tx, attempt, {
          outcome,
          at: at ?? tx.now,
          seconds: seconds === undefined ? null : Math.round(seconds),
          why: why ?? null,
        })
      }),

    settle: (id) =>
      step(id, async (tx, attempt) => {
        if (attempt.state !== 'held') return illegal(attempt)
        assertSettleable(attempt, context.times, tx.now)
        const result = await recordRefusal(tx, attempt, 'person')
        await context.db.notify(tx)
        return result
      }),
  }
}
