/**
 * One turn of a session: scan the ledger, decide, compare if that is due, and fill the free slots.
 *
 * What follows from an attempt is read from the ledger, never remembered. Each full scan takes over what dead runners left and
 * picks up open attempts that this process is not working on.
 */

import { backoff } from '@digame/internal'
import { DialerFencedError, messageOf } from '../errors.ts'
import { resumeAttempt } from './attempts.ts'
import { compareWithService } from './compare-with-service.ts'
import { decideLeads } from './decide-leads.ts'
import { fillSlots } from './fill-slots.ts'
import { hasStoppedLeads, type Outlook, readOutlook } from './outlook.ts'
import { isHalted, nextPhase, type PhaseFact } from './phase.ts'
import type { Session } from './session-context.ts'

/** Why a session ended. */
export type SessionEnd = 'done' | 'stopped' | 'aborted' | 'halted' | 'fenced'

/** A full scan happens at least this often, in milliseconds. */
export const scanMs = 1000
/** Leads are searched for expired ones this often, in milliseconds. */
const expireMs = 60_000
/** Waits between comparisons that fail, in milliseconds. */
const compareWaits = { firstMs: scanMs, maxMs: 60_000 }

/** Moves a session to the phase that follows from a fact. */
export function applyFact({ state }: Session, fact: PhaseFact): void {
  state.phase = nextPhase(state.phase, fact)
}

/** Emits `halted` when the ledger becomes halted. */
function applyHalt(session: Session, why: string | undefined): void {
  if (why !== undefined && !isHalted(session.state.phase)) session.emit({ type: 'halted', why })
  applyFact(session, why === undefined ? 'adopted' : 'halted')
}

async function scanLedger(session: Session): Promise<void> {
  const { ledger, ledgerClock, runner, inFlight, batches, lease, rateLimit, clock, state, emit } = session
  await ledgerClock.sync()
  const taken = await runner.takeover(inFlight.sending())
  if (taken.length > 0) emit({ type: 'taken_over', attempts: taken.length })
  if (taken.some((attempt) => attempt.state !== 'refused')) applyFact(session, 'taken_over')
  for (const attempt of await runner.openAttempts()) {
    if (!inFlight.has(attempt.id))
      inFlight.start(attempt.id, resumeAttempt(session, attempt), lease.handleError)
  }
  await batches.read()
  rateLimit.share((await ledger.holders()).length)
  applyHalt(session, await ledger.halted())
  if (clock.elapsed() < state.expireAt) return
  state.expireAt = clock.elapsed() + expireMs
  const leads = await runner.expire()
  if (leads > 0) emit({ type: 'expired', leads })
}

/** Compares the service's calls with the ledger; a failure is tried again later, and nothing is placed until then. */
async function compare(session: Session): Promise<void> {
  const { clock, random, signals, state, emit } = session
  try {
    const comparison = await compareWithService(session, signals.over)
    state.failedComparisons = 0
    applyFact(session, comparison.result)
    if (comparison.result === 'matches') emit({ type: 'checked', calls: comparison.calls })
    else emit({ type: 'halted', why: comparison.why })
  } catch (error) {
    if (signals.over.aborted) return
    if (error instanceof DialerFencedError) throw error
    const ms = backoff(state.failedComparisons++, { ...compareWaits, random })
    state.compareAt = clock.elapsed() + ms
    emit({ type: 'unchecked', why: messageOf(error), ms })
  }
}

/** Emits `waiting` when the time until which nothing can be sent has changed. */
function announceWait({ ledgerClock, state, emit }: Session, { until }: Exclude<Outlook, 'done'>): void {
  if (state.announcedWait !== undefined && state.announcedWait.until === until) return
  if (until !== undefined && until <= ledgerClock.now()) return
  state.announcedWait = { until }
  const isKnown = until !== undefined && until < Number.POSITIVE_INFINITY
  emit({ type: 'waiting', until: isKnown ? new Date(until) : undefined })
}

/** Takes one turn. Returns how long to rest until the next one, in milliseconds, or why the session is over. */
export async function takeTurn(session: Session): Promise<number | SessionEnd> {
  const { clock, inFlight, batches, rateLimit, stay, state } = session
  const isFullScan = clock.elapsed() >= state.scanAt
  if (isFullScan) {
    state.scanAt = clock.elapsed() + scanMs
    await scanLedger(session)
  }
  await decideLeads(session)
  if (isHalted(state.phase)) return inFlight.size() === 0 && isFullScan ? 'halted' : scanMs
  if (state.phase === 'unchecked' && clock.elapsed() >= state.compareAt) await compare(session)
  if (state.phase !== 'placing') return scanMs
  if (await fillSlots(session)) return 0
  if (isFullScan && inFlight.size() === 0) {
    const outlook = await readOutlook(session)
    if (outlook === 'done') {
      if (stay) return scanMs
      // Reports batches that the ledger itself has stopped in the meantime.
      await batches.read()
      return (await hasStoppedLeads(session)) ? 'stopped' : 'done'
    }
    announceWait(session, outlook)
  }
  return Math.min(scanMs, rateLimit.waitMs() || scanMs)
}
