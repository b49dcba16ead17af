/** What must be true after a storm: nobody was called twice, and nobody is lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt, LeadRecord, Ledger } from '@digame/dialer'
import { expect } from 'vitest'
import { times } from './ledger.ts'
import type { Census, MockProcess } from './mock-process.ts'
import { neverMade } from './phone-numbers.ts'
import { createReconciler, slots } from './storm.ts'

/** What a storm left behind. Each list names what is wrong, and must be empty. */
export interface Verdict {
  readonly calledTwiceByOneKey: readonly string[]
  readonly leadsInNoFinalState: readonly string[]
  readonly callsNotInLedger: readonly string[]
  /** Attempts held as absent although the service has the call, or neither held nor refused although it has none. */
  readonly wronglyHeld: readonly string[]
  /** Leads that were called again although the retry table does not say so. */
  readonly calledTooOften: readonly string[]
  /** Leads that are done although nobody ever answered. */
  readonly givenUpUnanswered: readonly string[]
  readonly held: { readonly absent: number; readonly lookup_failed: number }
  readonly attempts: number
}

const final = new Set(['done', 'exhausted', 'expired', 'cancelled', 'held'])
const again = new Set(['no_answer', 'not_reached', 'voicemail', 'failed'])

/** Compares everything that the service knows with everything in the ledger. */
export function judge(ledger: Ledger, census: Census, leads: readonly LeadRecord[]): Verdict {
  const attempts: Attempt[] = leads.flatMap((lead) => lead.attempts)
  const byKey = new Map<string, number>()
  for (const { key = 'no key' } of census.calls) byKey.set(key, (byKey.get(key) ?? 0) + 1)
  const byCallId = new Map(attempts.map((attempt) => [attempt.callId, attempt]))
  const answered = new Set(census.calls.filter(({ isAnswered }) => isAnswered).map(({ id }) => id))
  const isAbsent = ({ state, why }: Attempt): boolean => state === 'held' && why === 'absent'
  return {
    calledTwiceByOneKey: [...byKey].filter(([, count]) => count > 1).map(([key]) => key),
    leadsInNoFinalState: leads
      .filter(({ state }) => !final.has(state))
      .map(({ line, state }) => `${line} ${state}`),
    callsNotInLedger: census.calls
      .filter(({ id, key }) => byCallId.get(id)?.idempotencyKey !== key || !key?.startsWith(`${ledger.id}.`))
      .map(({ id, key }) => `${id} ${key}`),
    wronglyHeld: attempts
      .filter(
        (attempt) => attempt.state !== 'refused' && isAbsent(attempt) === byKey.has(attempt.idempotencyKey),
      )
      .map(({ id, state, why }) => `${id} ${state} ${why}`),
    calledTooOften: leads
      .filter((lead) => {
        const calls = lead.attempts.filter(({ callId, state }) => callId !== undefined && state !== 'refused')
        return calls.slice(0, -1).some(({ outcome }) => !again.has(outcome ?? ''))
      })
      .map(({ line }) => String(line)),
    givenUpUnanswered: leads
      .filter(
        ({ state, attempts }) =>
          state === 'done' && !attempts.some(({ callId = '' }) => answered.has(callId)),
      )
      .map(({ line }) => String(line)),
    held: {
      absent: attempts.filter(isAbsent).length,
      lookup_failed: attempts.filter(({ state, why }) => state === 'held' && why === 'lookup_failed').length,
    },
    attempts: attempts.length,
  }
}

/** Expects that the storm left nothing behind, and that nobody is lost. The figures may be anything. */
export function expectNothingLost(verdict: Verdict, census: Census): void {
  expect({ ...verdict, most: census.most }).toEqual({
    calledTwiceByOneKey: [],
    leadsInNoFinalState: [],
    callsNotInLedger: [],
    wronglyHeld: [],
    calledTooOften: [],
    givenUpUnanswered: [],
    held: { absent: expect.any(Number), lookup_failed: 0 },
    attempts: expect.any(Number),
    most: expect.toSatisfy((most: number) => most > 0 && most <= slots),
  })
}

/**
 * Settles what is held as absent, as a person does who knows that nobody was called; then calls everybody who is left.
 *
 * Expects that in the end everybody has been called whose request can become a call.
 */
export async function expectRestCalled(
  ledger: Ledger,
  service: MockProcess,
  verdict: Verdict,
  numbers: readonly string[],
): Promise<void> {
  await sleep(times.leaseMs + times.requestMs + times.settleMs)
  const dialer = createReconciler(ledger, service)
  expect(await dialer.settleAbsent()).toEqual({ returned: verdict.held.absent, placed: 0, left: 0 })
  expect(await dialer.run()).toBe('done')
  const called = new Set((await service.census()).calls.map(({ number }) => number))
  expect(numbers.filter((number) => !called.has(number))).toEqual(
    neverMade.filter((number) => numbers.includes(number)),
  )
}
