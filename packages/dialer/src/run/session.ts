/**
 * One lease, from joining to leaving: claims, follows, decides.
 *
 *   unchecked ──► placing ──► leaving ──► left
 *       ▲           │  └────► fenced ───► left
 *       └───────────┤
 *                   └───────► draining ─► left
 *
 * - unchecked: entered at the start, and when attempts of a dead runner were taken over. Nothing is claimed. Left when the
 *   service's calls were listed completely: for placing, or for draining if the ledger is behind them.
 * - placing: slots are filled. Left for draining when there is nothing left to do, or when the ledger is halted.
 * - draining: calls are followed to their end.
 * - leaving: the run was aborted. Requests under way are awaited to their fact; calls are left to the next runner.
 * - fenced: the lease is lost. As leaving, but the run joins again.
 *
 * What follows from an attempt is read from the ledger, never remembered: each turn takes over, picks up open attempts that
 * nobody here works on, decides for busy leads without an open attempt, and claims.
 */

import { type LedgerClock, pause } from '../clock.ts'
import { DialerFencedError } from '../errors.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { Attempt, AttemptIdentity, Batch, Claimed, Undecided } from '../ledger/records.ts'
import { messageOf } from '../message.ts'
import type { Traffic } from './account-traffic.ts'
import { guard } from './compare-with-service.ts'
import type { Work } from './context.ts'
import { decisionFor, isAccountRefusal } from './decide.ts'
import { follow } from './follow-call.ts'
import { createCrew } from './in-flight.ts'
import { lookUp } from './look-up-call.ts'
import { type Begun, place } from './place-call.ts'
import type { Rulebook } from './rulebook.ts'

export interface SessionOptions {
  readonly work: Work
  readonly runner: Runner
  readonly traffic: Traffic
  readonly rulebook: Rulebook
  /** Hours, days and due times go by it. */
  readonly ledgerClock: LedgerClock
  /** The run's. */
  readonly signal: AbortSignal
  /** Only this batch is claimed from. */
  readonly batch: number | undefined
  /** Whether to wait for new work where none is left. */
  readonly stay: boolean
}

export type SessionEnd = 'done' | 'aborted' | 'halted' | 'fenced'

/** At least so often everything is looked at, in milliseconds. */
const lookMs = 1000
/** After a wake a turn waits so long for others that come meanwhile. */
const gatherMs = 5
/** Changes of others can wait longer. */
const gatherOthersMs = 50
const expireMs = 60_000
const claimAtMost = 100
const decideAtOnce = 100
const lastFactsMs = 30_000
const longestCheckMs = 60_000

export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  const { work, runner, traffic, rulebook, ledgerClock, signal, batch: only, stay } = options
  const { ledger, clock, limits, pace, random, tell } = work
  const crew = createCrew(clock)
  /** Ends look-ups and following; requests under way go on. */
  const over = new AbortController()
  /** Nothing is sent any more, not even what was claimed a moment ago. */
  const noMore = AbortSignal.any([signal, over.signal])
  /** Ends the wait for a store that does not take the last facts. */
  const giveUp = new AbortController()
  const left = new AbortController()
  let batches = new Map<number, Batch>()
  let isFenced = false
  let isHalted = false
  let isChecked = false
  let failedChecks = 0
  let checkAt = Number.NEGATIVE_INFINITY
  let lookAt = Number.NEGATIVE_INFINITY
  let expireAt = Number.NEGATIVE_INFINITY
  let waitingFor: number | undefined | null = null

  const fence = (): void => {
    if (isFenced) return
    isFenced = true
    over.abort()
    crew.wake()
    tell({ type: 'fenced' })
  }

  const trouble = (error: unknown): void => {
    if (error instanceof DialerFencedError) fence()
    else tell({ type: 'ledger_trouble', why: messageOf(error) })
  }

  async function beat(): Promise<void> {
    while (!left.signal.aborted && !isFenced) {
      await pause(clock, ledger.times.leaseMs / 3, left.signal)
      if (!left.signal.aborted) await runner.beat().catch(trouble)
    }
  }

  async function stop(id: number | undefined, why: string): Promise<void> {
    const batch = id === undefined ? undefined : batches.get(id)
    if (batch?.state !== 'running') return
    batches.set(batch.id, { ...batch, state: 'stopped', why })
    await runner.stop(batch.id, why)
    tell({ type: 'stopped', batch: batch.id, why })
  }

  const keyless = 'calls come back without their key: one that is lost could not be found again'

  function followOn(subject: AttemptIdentity, callId: string): Promise<void> {
    return follow(work, runner, subject, {
      callId,
      others: () => crew.size(),
      onRead: ({ key }) => {
        if (key === undefined) stop(subject.batch, keyless).catch(trouble)
      },
      until: over.signal,
    })
  }

  async function findOut(subject: AttemptIdentity): Promise<void> {
    const found = await lookUp(work, runner, subject, over.signal)
    if (found.state === 'held' && found.candidates > 0) await stop(subject.batch, keyless)
    if (found.state === 'placed') await followOn(subject, found.call.id)
  }

  async function send(claimed: Claimed, begun: Begun): Promise<void> {
    const fate = await place(work, claimed, {
      begun,
      check: rulebook.check,
      over: noMore,
      until: giveUp.signal,
    })
    // An attempt whose fact is not in the ledger stays here: the ledger would take it for one that nobody sent.
    if (fate.state === 'unrecorded') return
    crew.sent(claimed.id)
    crew.wake()
    if (fate.state === 'placed') {
      if (fate.key === undefined) await stop(claimed.batch, keyless)
      await followOn(claimed, fate.callId)
    }
    if (fate.state === 'unknown') await findOut(claimed)
  }

  async function pickUp(attempt: Attempt): Promise<void> {
    if (attempt.state === 'placed' && attempt.callId !== undefined) await followOn(attempt, attempt.callId)
    if (attempt.state === 'unknown') await findOut(attempt)
  }

  async function readBatches(): Promise<void> {
    const before = batches
    batches = new Map((await ledger.batches()).map((batch) => [batch.id, batch]))
    for (const { id, state, why = '' } of batches.values()) {
      if (state === 'stopped' && before.get(id)?.state === 'running')
        tell({ type: 'stopped', batch: id, why })
    }
    const running = [...batches.values()].filter(({ state }) => state === 'running')
    for (const { batch, why } of await rulebook.load(running)) await stop(batch, why)
  }

  async function look(): Promise<void> {
    await ledgerClock.sync()
    const taken = await runner.takeover(crew.sending())
    if (taken.length > 0) tell({ type: 'taken_over', attempts: taken.length })
    if (taken.some(({ state }) => state !== 'refused')) isChecked = false
    for (const attempt of await runner.openAttempts()) {
      if (!crew.has(attempt.id)) crew.begin(attempt.id, pickUp(attempt), trouble)
    }
    await readBatches()
    pace.share((await ledger.holders()).length)
    const why = await ledger.halted()
    if (why !== undefined && !isHalted) tell({ type: 'halted', why })
    isHalted = why !== undefined
    if (clock.elapsed() < expireAt) return
    expireAt = clock.elapsed() + expireMs
    const leads = await runner.expire()
    if (leads > 0) tell({ type: 'expired', leads })
  }

  async function compare(): Promise<void> {
    try {
      const result = await guard(work, over.signal)
      failedChecks = 0
      isChecked = true
      if (result.result === 'sound') return tell({ type: 'checked', calls: result.calls })
      isHalted = true
      tell({ type: 'halted', why: result.why })
    } catch (error) {
      if (over.signal.aborted) return
      if (error instanceof DialerFencedError) throw error
      const ms = Math.min(longestCheckMs, lookMs * 2 ** Math.min(failedChecks++, 10)) * (0.5 + random() / 2)
      checkAt = clock.elapsed() + ms
      tell({ type: 'unchecked', why: messageOf(error), ms })
    }
  }

  async function decide(undecided: Undecided, now: number): Promise<void> {
    const { batch: id, lead, attempt } = undecided
    const batch = batches.get(id)
    // Planned a moment ago, by another process: the next look knows it.
    if (batch === undefined) return
    if (isAccountRefusal(attempt)) await stop(id, attempt.why ?? '')
    const decision = decisionFor(undecided, { table: rulebook.retries(batch), ...batch, ...limits, now })
    if (!(await runner.decide(undecided, decision))) return
    const why = decision.to === 'ready' ? undefined : decision.why
    const dueAt = decision.to === 'ready' ? new Date(decision.dueAt) : undefined
    tell({ type: 'decided', batch: id, lead, state: decision.to, why, dueAt })
  }

  async function decideAll(): Promise<void> {
    for (;;) {
      const undecided = await runner.undecided(decideAtOnce)
      if (undecided.length === 0) return
      const now = await ledger.now()
      await Promise.all(undecided.map((one) => decide(one, now)))
      if (undecided.length < decideAtOnce || over.signal.aborted) return
    }
  }

  /** Claims what may be called now and sends it; says whether there may be more. */
  async function fill(): Promise<boolean> {
    const limit = Math.min(claimAtMost, pace.free())
    const begun: Begun = { wall: clock.now(), elapsed: clock.elapsed() }
    const calendars = rulebook.open(ledgerClock.now())
    const own = work.port.activeCalls ? (await runner.slots()) - crew.sending().length : 0
    const slots = limits.slots - traffic.others(own)
    if (limit < 1 || slots < 1 || calendars.length === 0 || !traffic.isKnown()) return false
    const claimed = await runner.claim({ calendars, slots, limit, batch: only })
    pace.took(claimed.length)
    for (const { id } of claimed) crew.sendingBegins(id)
    // Resumed since the last look.
    if (claimed.some(({ batch }) => !batches.has(batch))) await readBatches().catch(trouble)
    for (const one of claimed) crew.begin(one.id, send(one, begun), trouble)
    return claimed.length === limit
  }

  /** Until when there is nothing to send; `done` if nothing will ever be there. */
  async function outlook(): Promise<number | undefined | 'done'> {
    const due = (await runner.due()).filter(({ batch }) => only === undefined || batch === only)
    const now = ledgerClock.now()
    const times = due.map(
      ({ calendar, dueAt }) => rulebook.next(calendar, Math.max(now, dueAt)) ?? Number.POSITIVE_INFINITY,
    )
    if (due.length > 0) return Math.min(...times)
    for (const { id, state } of batches.values()) {
      if (state !== 'running' || (only !== undefined && id !== only)) continue
      if ((await ledger.status(id)).leads.busy > 0) return undefined
    }
    return 'done'
  }

  /** One turn; says how long to rest, or why the session is over. */
  async function turn(): Promise<number | SessionEnd> {
    const looks = clock.elapsed() >= lookAt
    if (looks) {
      lookAt = clock.elapsed() + lookMs
      await look()
    }
    await decideAll()
    if (isHalted) return crew.size() === 0 && looks ? 'halted' : lookMs
    if (!isChecked && clock.elapsed() >= checkAt) await compare()
    if (!isChecked || isHalted) return lookMs
    if (await fill()) return 0
    if (looks && crew.size() === 0) {
      const until = await outlook()
      if (until === 'done') {
        if (stay) return lookMs
        // What the ledger itself stopped in the meantime is told.
        await readBatches()
        return 'done'
      }

      if (until !== waitingFor && (until === undefined || until > ledgerClock.now())) {
        waitingFor = until
        const moment = until !== undefined && until < Number.POSITIVE_INFINITY ? new Date(until) : undefined
        tell({ type: 'waiting', until: moment })
      }
    }
    return Math.min(lookMs, pace.waitMs() || lookMs)
  }

  async function turns(): Promise<SessionEnd> {
    while (!signal.aborted && !isFenced) {
      const next = await turn().catch((error): number => {
        trouble(error)
        return lookMs
      })
      if (typeof next !== 'number') return next
      await crew.rest(next)
      // What ends at about the same time is decided and filled in one turn.
      if (next > 0) await pause(clock, gatherMs, signal)
    }
    return isFenced ? 'fenced' : 'aborted'
  }

  const unlisten = ledger.onChange(() => crew.wakeIn(gatherOthersMs))
  const wake = (): void => crew.wake()
  signal.addEventListener('abort', wake)
  const beating = beat()
  try {
    return await turns()
  } finally {
    over.abort()
    const cancel = clock.after(lastFactsMs, () => giveUp.abort())
    await crew.done()
    cancel()
    left.abort()
    unlisten()
    signal.removeEventListener('abort', wake)
    await beating
    if (!isFenced) await runner.leave().catch(() => {})
  }
}
