/**
 * One session: the time from joining a ledger to leaving it, under one lease.
 *
 * The phases and what moves a session between them are in `phase.ts`. The phase changes only here and in `turn.ts`, between the
 * steps of a turn, so that no step is interrupted by another one's change.
 */

import { type LedgerClock, pause } from '../clock.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { AccountTraffic } from './account-traffic.ts'
import type { RunContext } from './context.ts'
import { createInFlight } from './in-flight.ts'
import { createKnownBatches } from './known-batches.ts'
import { createLease } from './lease.ts'
import type { Rulebook } from './rulebook.ts'
import type { Session } from './session-context.ts'
import { applyFact, type SessionEnd, scanMs, takeTurn } from './turn.ts'

export interface SessionOptions {
  readonly context: RunContext
  readonly runner: Runner
  readonly traffic: AccountTraffic
  readonly rulebook: Rulebook
  /** The batches that have run since the run began; the session adds to them. */
  readonly haveRun: Set<number>
  /** Hours, days and due times follow this clock. */
  readonly ledgerClock: LedgerClock
  /** The run's signal. */
  readonly signal: AbortSignal
  /** Only this batch is claimed from, if it is set. */
  readonly batch: number | undefined
  /** Whether to wait for new work when none is left. */
  readonly stay: boolean
}

/** After a wake-up the next turn waits this long, so that what happens at about the same time is handled in one turn. */
const gatherMs = 5
/** Changes made by other processes are gathered for longer, in milliseconds. */
const gatherOthersMs = 50
/** A store that fails is given this long for the last facts, in milliseconds. */
const lastFactsMs = 30_000

async function takeTurns(session: Session, signal: AbortSignal): Promise<SessionEnd> {
  const { clock, inFlight, lease, state } = session
  for (;;) {
    if (signal.aborted) applyFact(session, 'aborted')
    if (lease.isLost()) applyFact(session, 'lease_lost')
    if (state.phase === 'fenced') return 'fenced'
    if (state.phase === 'leaving') return 'aborted'
    const next = await takeTurn(session).catch((error: unknown) => {
      lease.handleError(error)
      return scanMs
    })
    if (typeof next !== 'number') return next
    await inFlight.rest(next)
    if (next > 0) await pause(clock, gatherMs, signal)
  }
}

/** Claims, follows and decides until nothing is left to do, the signal aborts, the ledger is halted or the lease is lost. */
export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  const { context, runner, traffic, rulebook, haveRun, ledgerClock, signal, batch: only, stay } = options
  const { ledger, clock } = context
  const over = new AbortController()
  const giveUpFacts = new AbortController()
  const left = new AbortController()
  const inFlight = createInFlight(clock)
  const lease = createLease(context, runner, () => {
    over.abort()
    inFlight.wake()
  })
  const session: Session = {
    ...context,
    runner,
    lease,
    traffic,
    rulebook,
    batches: createKnownBatches(context, { runner, rulebook, haveRun }),
    inFlight,
    ledgerClock,
    only,
    stay,
    signals: {
      over: over.signal,
      noMoreRequests: AbortSignal.any([signal, over.signal]),
      giveUpFacts: giveUpFacts.signal,
    },
    state: {
      phase: 'unchecked',
      scanAt: Number.NEGATIVE_INFINITY,
      expireAt: Number.NEGATIVE_INFINITY,
      compareAt: Number.NEGATIVE_INFINITY,
      failedComparisons: 0,
      announcedWait: undefined,
    },
  }

  const unlisten = ledger.onChange(() => inFlight.wakeAfter(gatherOthersMs))
  const wake = (): void => inFlight.wake()
  signal.addEventListener('abort', wake)
  const keeping = lease.keep(left.signal)
  try {
    return await takeTurns(session, signal)
  } finally {
    over.abort()
    const cancel = clock.after(lastFactsMs, () => giveUpFacts.abort())
    await inFlight.allSettled()
    cancel()
    left.abort()
    unlisten()
    signal.removeEventListener('abort', wake)
    await keeping
    if (!lease.isLost()) await runner.leave().catch(() => {})
  }
}
