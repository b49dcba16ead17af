import { backoff, type Clock, systemClock } from '@digame/internal'
import { createLedgerClock, pause } from './clock.ts'
import { DialerError, DialerInputError, messageOf } from './errors.ts'
import type { DialerEvent } from './events.ts'
import type { Ledger, Runner } from './ledger/ledger.ts'
import type { BatchStatus } from './ledger/records.ts'
import type { Port } from './port.ts'
import { type BatchReportOptions, reportBatch } from './report/report.ts'
import type { SuppressionHook } from './rules/suppression.ts'
import { watchAccountTraffic } from './run/account-traffic.ts'
import type { RunContext } from './run/context.ts'
import { createEventChannel } from './run/event-channel.ts'
import { type Limits, resolveLimits } from './run/limits.ts'
import { createRateLimit } from './run/rate-limit.ts'
import { createReconciler, type Reconciler } from './run/reconcile.ts'
import { createRulebook } from './run/rulebook.ts'
import { runSession } from './run/session.ts'
import type { SessionEnd } from './run/turn.ts'

export interface DialerOptions {
  /** The service; `@digame/dialer/client` adapts a Diga client to it. */
  readonly port: Port
  /** The ledger with the batches to call. You close it; the dialer does not. */
  readonly ledger: Ledger
  /** How fast to call. @default one call at a time */
  readonly limits?: Limits
  /** Called right before each call of a batch that leaves out suppressed numbers. */
  readonly suppression?: SuppressionHook
  /** Time allowed for `suppression`, in milliseconds. @default 5000 */
  readonly suppressionTimeoutMs?: number
  /** @default the machine's own clock */
  readonly clock?: Clock
  /** Spreads waits; returns numbers from 0 to 1. @default Math.random */
  readonly random?: () => number
}

export interface RunOptions {
  /**
   * Ends the run: no more leads are claimed, requests under way are waited for, and calls in progress are followed by the next
   * run.
   */
  readonly signal?: AbortSignal
  /** The id of the only batch to call. @default all running batches */
  readonly batch?: number
  /** Whether to wait for new work when none is left. @default false */
  readonly stay?: boolean
}

/**
 * Why a run ended.
 *
 * - `done`: no lead is left to call in any running batch.
 * - `stopped`: nothing is left to do, because a batch stopped by itself during this run and has leads left. `status` says why and
 *   what to do; then `resume` it and run again.
 * - `aborted`: its signal was aborted.
 * - `halted`: the ledger may have forgotten calls. `Ledger.halted` says why, and `Ledger.alarms` lists those that were found. A
 *   person must find out whom they called, and then call `Ledger.adopt`.
 */
export type RunEnd = Exclude<SessionEnd, 'fenced'>

/** Calls the leads of a ledger's running batches, each once. */
export interface Dialer extends Reconciler {
  /**
   * Runs until no lead is left to call, the calls in progress have ended and their leads are decided. If it loses its lease, it
   * joins again.
   *
   * @throws DialerBusyError, DialerAdoptionError, DialerLedgerError: `Ledger.join` refused
   * @throws DialerInputError `RUNNING`: this dialer is running already
   */
  run(options?: RunOptions): Promise<RunEnd>
  /**
   * The events of a run. Each `for await` gets every event from its own beginning until the run ends; one that reads slowly
   * keeps the newest 10,000.
   */
  readonly events: AsyncIterable<DialerEvent>
  /** Stops claiming leads of this batch, also while another process runs it; calls in progress are followed to their end. */
  pause(batch: number, why?: string): Promise<void>
  /** Lets a paused or stopped batch run. */
  resume(batch: number): Promise<void>
  /** Cancels the batch and its waiting leads for good; calls in progress are followed to their end. */
  cancel(batch: number): Promise<void>
  /** Counts and progress, also while another process runs the batch. */
  status(batch: number): Promise<BatchStatus>
  /** Reports what became of every row of the plan, as CSV or NDJSON, one line at a time. */
  report(batch: number, options: BatchReportOptions): AsyncGenerator<string, void, undefined>
}

/** Waits between tries to join again, in milliseconds. */
const joinWaits = { firstMs: 500, maxMs: 10_000 }

/**
 * Creates a dialer for a ledger. It sends nothing until `run`.
 *
 * @throws DialerInputError `INVALID_LIMIT`
 */
export function createDialer(options: DialerOptions): Dialer {
  const { port, ledger, clock = systemClock, random = Math.random } = options
  const { suppression: hook, suppressionTimeoutMs: hookTimeoutMs } = options
  const limits = resolveLimits(options.limits ?? {})
  const { emit, end, ...events } = createEventChannel<DialerEvent>()
  const { callsPerMinute: perMinute, backoffMs: limitWaitMs } = limits
  const rateLimit = createRateLimit({ clock, perMinute, limitWaitMs, random })
  const context: RunContext = { port, ledger, limits, clock, rateLimit, random, emit }
  let isRunning = false

  /** Joins again after a lost lease, however long the store fails. Undefined once the signal has aborted. */
  async function rejoin(signal: AbortSignal): Promise<Runner | undefined> {
    for (let retry = 0; !signal.aborted; retry++) {
      try {
        return await ledger.join()
      } catch (error) {
        if (error instanceof DialerError) throw error
        emit({ type: 'ledger_trouble', why: messageOf(error) })
        await pause(clock, backoff(retry, { ...joinWaits, random }), signal)
      }
    }
    return undefined
  }

  async function runSessions({
    signal,
    batch,
    stay = false,
  }: RunOptions & { signal: AbortSignal }): Promise<RunEnd> {
    const over = new AbortController()
    const traffic = watchAccountTraffic(context, over.signal)
    const ledgerClock = createLedgerClock(clock, ledger)
    const haveRun = new Set<number>()
    const rulebook = createRulebook({ ledger, clock: ledgerClock, hook, hookTimeoutMs })
    try {
      for (let runner: Runner | undefined = await ledger.join(); runner; runner = await rejoin(signal)) {
        emit({ type: 'joined', runner: runner.id })
        const session = { context, runner, traffic, rulebook, haveRun, ledgerClock, signal, batch, stay }
        const why = await runSession(session)
        if (why !== 'fenced') return why
      }
      return 'aborted'
    } finally {
      over.abort()
    }
  }

  return {
    events,
    async run({ signal = new AbortController().signal, ...rest } = {}) {
      if (isRunning)
        throw new DialerInputError(
          'RUNNING',
          'This dialer is running already: create another one for another ledger.',
        )
      isRunning = true
      try {
        return await runSessions({ signal, ...rest })
      } finally {
        isRunning = false
        end()
      }
    },
    pause: (batch, why) => ledger.pause(batch, why),
    resume: (batch) => ledger.resume(batch),
    cancel: (batch) => ledger.cancel(batch),
    status: (batch) => ledger.status(batch),
    report: (batch, reportOptions) => reportBatch(ledger, batch, reportOptions),
    ...createReconciler(context),
  }
}
