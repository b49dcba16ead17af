import { type Clock, createLedgerClock, pause, systemClock } from './clock.ts'
import { DialerError, DialerInputError } from './errors.ts'
import type { DialerEvent } from './events.ts'
import type { Ledger, Runner } from './ledger/ledger.ts'
import type { BatchStatus } from './ledger/records.ts'
import { messageOf } from './message.ts'
import type { Port } from './port.ts'
import { type BatchReportOptions, reportOf } from './report/report.ts'
import type { SuppressionHook } from './rules/suppression.ts'
import { watchTraffic } from './run/account-traffic.ts'
import type { Work } from './run/context.ts'
import { createChannel } from './run/event-channel.ts'
import { type Limits, resolveLimits } from './run/limits.ts'
import { createPace } from './run/rate-limit.ts'
import { createReconciler, type Reconciler } from './run/reconcile.ts'
import { createRulebook } from './run/rulebook.ts'
import { runSession, type SessionEnd } from './run/session.ts'

export interface DialerOptions {
  /** The service, adapted to a client. */
  readonly port: Port
  readonly ledger: Ledger
  readonly limits?: Limits
  /** Asked right before each call of a batch that leaves out suppressed numbers. */
  readonly suppression?: SuppressionHook
  /** How long it may take, in milliseconds. @default 5000 */
  readonly suppressionTimeoutMs?: number
  /** @default the machine's */
  readonly clock?: Clock
  /** Spreads waits; gives numbers from 0 to 1. @default Math.random */
  readonly random?: () => number
}

export interface RunOptions {
  /**
   * Ends the run: nothing more is claimed, requests under way are awaited to their answer, calls go on and are followed by
   * the next run.
   */
  readonly signal?: AbortSignal
  /** Calls people of this batch only. @default all that run */
  readonly batch?: number
  /** Whether to wait for more where nothing is left to do. @default false */
  readonly stay?: boolean
}

/**
 * Why a run ended. `done`: nobody is left to call in any running batch. `aborted`: its signal. `halted`: the ledger may be behind
 * reality, and a person must look; see `Ledger.halted`.
 */
export type RunEnd = Exclude<SessionEnd, 'fenced'>

/** Calls everybody in a ledger's running batches, each once. */
export interface Dialer extends Reconciler {
  /**
   * Runs until nobody is left to call, calls in progress have ended and their leads are decided.
   *
   * A lost lease is joined again by itself.
   *
   * @throws DialerBusyError, DialerAdoptionError, DialerLedgerError as `Ledger.join` does; DialerInputError `RUNNING`
   */
  run(options?: RunOptions): Promise<RunEnd>
  /** What happens; each `for await` hears everything from its beginning on, until the run ends. A slow reader keeps the newest 10,000. */
  readonly events: AsyncIterable<DialerEvent>
  /** Nothing more of this batch is claimed; calls in progress are followed to their end. Also while another process runs it. */
  pause(batch: number, why?: string): Promise<void>
  resume(batch: number): Promise<void>
  /** For good: its waiting leads are cancelled; calls in progress are followed to their end. */
  cancel(batch: number): Promise<void>
  /** Also while another process runs it. */
  status(batch: number): Promise<BatchStatus>
  /** What became of every row of the plan, as CSV or NDJSON, a line at a time. */
  report(batch: number, options: BatchReportOptions): AsyncGenerator<string, void, undefined>
}

const longestJoinMs = 10_000

/** @throws DialerInputError `INVALID_LIMIT` */
export function createDialer(options: DialerOptions): Dialer {
  const { port, ledger, clock = systemClock, random = Math.random } = options
  const { suppression: hook, suppressionTimeoutMs: hookTimeoutMs } = options
  const limits = resolveLimits(options.limits ?? {})
  const channel = createChannel<DialerEvent>()
  const pace = createPace({ clock, perMinute: limits.callsPerMinute, random })
  const work: Work = { port, ledger, limits, clock, pace, random, tell: channel.tell }
  let isRunning = false

  /** Joins again after a lost lease, for as long as the store does not answer. */
  async function rejoin(signal: AbortSignal): Promise<Runner | undefined> {
    for (let waitMs = 500; !signal.aborted; waitMs = Math.min(longestJoinMs, waitMs * 2)) {
      try {
        return await ledger.join()
      } catch (error) {
        if (error instanceof DialerError) throw error
        channel.tell({ type: 'ledger_trouble', why: messageOf(error) })
        await pause(clock, waitMs * (0.5 + random() / 2), signal)
      }
    }
    return undefined
  }

  async function sessions({
    signal,
    batch,
    stay = false,
  }: RunOptions & { signal: AbortSignal }): Promise<RunEnd> {
    const over = new AbortController()
    const traffic = watchTraffic(work, over.signal)
    const ledgerClock = createLedgerClock(clock, ledger)
    const rulebook = createRulebook({ ledger, clock: ledgerClock, hook, hookTimeoutMs })
    try {
      for (let runner: Runner | undefined = await ledger.join(); runner; runner = await rejoin(signal)) {
        channel.tell({ type: 'joined', runner: runner.id })
        const end = await runSession({ work, runner, traffic, rulebook, ledgerClock, signal, batch, stay })
        if (end !== 'fenced') return end
      }
      return 'aborted'
    } finally {
      over.abort()
    }
  }

  return {
    events: { [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator]() },
    async run({ signal = new AbortController().signal, ...rest } = {}) {
      if (isRunning)
        throw new DialerInputError('RUNNING', 'this dialer runs already: make another for another ledger')
      isRunning = true
      try {
        return await sessions({ signal, ...rest })
      } finally {
        isRunning = false
        channel.end()
      }
    },
    pause: (batch, why) => ledger.pause(batch, why),
    resume: (batch) => ledger.resume(batch),
    cancel: (batch) => ledger.cancel(batch),
    status: (batch) => ledger.status(batch),
    report: (batch, reportOptions) => reportOf(ledger, batch, reportOptions),
    ...createReconciler(work),
  }
}
