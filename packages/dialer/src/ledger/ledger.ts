/*
The ledger: the durable record of leads and attempts, and the only thing that says who may be called.

Facts are accepted from anybody, decisions only under the lease. A fact is about one attempt, and only the process that
claimed an attempt may ever send it; so "call X", "refused", "not sent" are true even from a process that has lost its lease.
Facts change attempts only (and take a lead out of `held`, which mirrors its attempt); every runner's loop decides for each
`busy` lead without an open attempt.

Lead (one per row of a plan)
  ready      planned, or due again        → busy (claim) | expired | exhausted | cancelled (cancel, suppressed later)
  busy       claimed                      → ready | done | exhausted | expired | cancelled (decide) | held (hold)
  held       its attempt is held          → busy (any fact that takes the attempt out of held)
  done, exhausted, expired, cancelled     final

Attempt (one per try)           open: sending, unknown, placed, held — at most one per number, over all batches
  from                  to                  who, when
  —                     sending             runner, `claim`; durable before it returns: the one sync that safety needs
  sending               placed(call id)     sender, or whoever found it. May be lost: a look-up repeats it
  sending               refused(code)       sender: a refusal, or it never left. May be lost: it is held then
  sending               unknown(why)        sender: it may have been placed
  sending               unknown             runner, `takeover`: its owner is dead, or is this runner and does not send it
  sending               refused(never_sent) runner, `takeover`: its own claim failed on the way back, so nobody sends it
  unknown               placed | refused    as from sending: a late fact, or found
  unknown               held(why)           runner, `hold`, not before claim + settle
  held                  placed              found, a late fact, or a person with a call id
  held                  refused(code)       the sender's late "no"
  held                  refused(person)     a person, `settle`, not before claim + lease + request + settle
  placed                ended(outcome)      whoever read it from the service
  placed                ended(other)        runner, `lose`: unreadable for longer than a call may last, or its slot leaks
  refused, ended        —                   final; a call id that comes later is an alarm and changes nothing

Batch
  paused (planned so) ⇄ running → stopped(why) → running; each of them → cancelled, which is final. Calls in progress are
  followed to their end in every state.

Slots are derived, never counted up and down: attempts that are sending, unknown or placed, and held ones whose call could
still last.

Time is the ledger's own: the database's clock on Postgres, the clock given on SQLite. All times are milliseconds since 1970.
*/
import type { Holder } from '../errors.ts'
import type { Outcome } from '../port.ts'
import type {
  Alarm,
  Attempt,
  AttemptState,
  Batch,
  BatchStatus,
  Claimed,
  Decision,
  HeldWhy,
  Json,
  LeadRecord,
  NewBatch,
  PlanRow,
  RowVerdict,
  SkippedRow,
  Undecided,
} from './records.ts'

/** Spans that every process of one ledger must agree on, in milliseconds. */
export interface LedgerTimes {
  /** How long a runner may be silent on Postgres; a sender sends in the first half of it only. @default 15_000 */
  readonly leaseMs: number
  /** How long one create may take. @default 60_000 */
  readonly requestMs: number
  /** How long after a send a call may take to be listed. @default 10_000 */
  readonly settleMs: number
  /** How long a call may last, at most. @default 3_600_000 */
  readonly maxCallMs: number
}

/**
 * What a fact did.
 *
 * `changed`; `known`: it stood there already; `illegal`: the state machine has no such step (or no such attempt), nothing changed;
 * `alarm`: a call id for an attempt that has another or is over: nothing changed, and an alarm was recorded.
 */
export interface FactResult {
  readonly result: 'changed' | 'known' | 'illegal' | 'alarm'
  /** The attempt's state afterwards. */
  readonly state?: AttemptState | undefined
}

/** What anybody may report, a runner without its lease included. */
export interface Facts {
  placed(attempt: string, call: { callId: string; at?: number }): Promise<FactResult>
  /** By the sender alone: no call was made. Not counted in tries, caps and budgets. */
  refused(attempt: string, why: string): Promise<FactResult>
  unknown(attempt: string, why: string): Promise<FactResult>
  ended(
    attempt: string,
    end: {
      outcome: Outcome
      at?: number | undefined
      seconds?: number | undefined
      why?: string | undefined
    },
  ): Promise<FactResult>
}

/** Writes one plan, in rows of about 1,000. Nothing of it is visible before `commit`; an abandoned one is swept later. */
export interface PlanWriter {
  /** One verdict per row, in order: a number is planned once, the first row wins. */
  add(rows: readonly PlanRow[]): Promise<RowVerdict[]>
  /** Keeps rows that cannot be called, for the report. */
  reject(
    rows: readonly { line: number; reason: string; key?: string | undefined; value?: string | undefined }[],
  ): Promise<void>
  /** Makes the batch, paused; for a known hash everything is dropped and that batch returned. */
  commit(batch: NewBatch): Promise<{ batch: Batch; existing: boolean }>
  abort(): Promise<void>
}

/** A calendar that is open now, and the called party's day. */
export interface OpenCalendar {
  readonly key: string
  /** When today began there. */
  readonly dayStart: number
  /** When tomorrow begins there: a number that had its calls today is due again then. */
  readonly dayEnd: number
}

export interface Ledger extends Facts {
  /** The first half of every idempotency key. */
  readonly id: string
  readonly times: LedgerTimes
  /** The ledger's time. */
  now(): Promise<number>

  /**
   * Becomes a runner. On SQLite the only one.
   *
   * @throws DialerBusyError another process runs it (SQLite)
   * @throws DialerAdoptionError it may be behind reality
   * @throws DialerLedgerError `MOVED`
   */
  join(): Promise<Runner>
  /** A person's word that this is the ledger to go on with: lets it run here, and ends a halt. */
  adopt(): Promise<void>
  /** Nobody claims anything any more until a person adopts it. */
  halt(why: string): Promise<void>
  /** What `join` would refuse with, if anything. */
  halted(): Promise<string | undefined>

  /** `suppression`: rows whose number is suppressed are not planned, nor called once they are suppressed later. */
  beginPlan(options: { suppression: boolean }): Promise<PlanWriter>
  /** Numbers (E.164) that batches with `suppression` leave alone. Returns how many were new. */
  suppress(numbers: readonly string[], source: string): Promise<number>
  suppressed(number: string): Promise<boolean>

  /** @throws DialerInputError no such batch, or it is cancelled */
  resume(batch: number): Promise<void>
  pause(batch: number, why?: string): Promise<void>
  /** Its ready leads become cancelled; calls in progress are followed to their end. */
  cancel(batch: number): Promise<void>
  batches(): Promise<Batch[]>
  status(batch: number): Promise<BatchStatus>
  /** Leads of a batch with their attempts, in the order of their lines; read in pages. */
  leads(batch: number): AsyncIterable<LeadRecord>
  skipped(batch: number): AsyncIterable<SkippedRow>
  holders(): Promise<Holder[]>

  /** Held attempts, with what their look-up saw. */
  held(batch?: number): Promise<Attempt[]>
  /**
   * A person's word on a held attempt: no call was made.
   *
   * @throws DialerInputError `TOO_EARLY` before claim + lease + request + settle: whoever claimed it may still send it
   */
  settle(attempt: string): Promise<FactResult>
  alarms(): Promise<Alarm[]>

  /** When the newest attempt was claimed, if there is any. */
  newestAt(): Promise<number | undefined>
  /** Those of these keys that bear this ledger's mark and are not in it. */
  unknownKeys(keys: readonly string[]): Promise<string[]>
  /** Takes in a call that bears this ledger's mark and is not in it: its number is not called before that call has ended. Raises an alarm. */
  importCall(call: { idempotencyKey: string; callId: string; number: string; at: number }): Promise<void>

  /** Removes the people of leads that were over before then, at least two days back; counts stay. Returns how many. */
  purge(before: number): Promise<number>

  /** Tells of changes as they are noticed; some are missed, so look every second too. Returns its own end. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

/**
 * What only a lease's holder may do: lease and fence are checked in each call's own transaction.
 *
 * Everything rejects with DialerFencedError once the lease is lost.
 */
export interface Runner {
  readonly id: string
  /** Keeps the lease; call it every third of `leaseMs`. */
  beat(): Promise<void>
  /** Ends the lease at once. Attempts that are not over are taken over by the next runner. */
  leave(): Promise<void>

  /**
   * Claims leads that may be called now, durable before it returns.
   *
   * In one transaction: lease, batch running and within its budget, calendar open, slots free, the number's one open attempt and its
   * calls of the day, tries, expiry, suppression. What stands in a lead's way moves or ends it in the same transaction.
   * Take the time before calling: send only within half of `leaseMs` from then.
   */
  claim(options: {
    calendars: readonly OpenCalendar[]
    /** The account's simultaneous calls, for all runners together. */
    slots: number
    limit: number
    batch?: number | undefined
  }): Promise<Claimed[]>
  /** Earliest ready lead of each running batch and calendar, due or not. */
  due(): Promise<{ batch: number; calendar: string; dueAt: number }[]>
  /** Slots taken now, by all runners. */
  slots(): Promise<number>
  /** Makes ready leads whose time is over expired, closed calendars included. Returns how many. */
  expire(): Promise<number>

  /**
   * Takes over what dead runners left, and this runner's own `sending` rows that are not among `sending`.
   * Returns every attempt taken over, as it is now.
   */
  takeover(sending: readonly string[]): Promise<Attempt[]>
  /** Attempts of this runner that are unknown or placed: to be looked up and followed. */
  openAttempts(): Promise<Attempt[]>
  /** `illegal` also before claim + settle. */
  hold(attempt: string, why: HeldWhy, evidence?: Json): Promise<FactResult>
  /** Ends a placed call that was claimed longer than `maxCallMs` ago as `other`; `illegal` before. */
  lose(attempt: string): Promise<FactResult>

  /** Busy leads without an open attempt. */
  undecided(limit: number): Promise<Undecided[]>
  /** False if the lead is no longer where `undecided` saw it. A lead that would be ready in a cancelled batch becomes cancelled. */
  decide(undecided: Undecided, decision: Decision): Promise<boolean>
  /** Stops a running batch; a person resumes it. */
  stop(batch: number, why: string): Promise<void>
}
