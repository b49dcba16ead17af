/*
The ledger: the durable record of batches, leads and attempts, and the only thing that decides who may be called.

Facts are accepted from anybody, decisions only under the lease. A fact is about one attempt. Only the process that claimed an
attempt may ever send it, so "call X", "refused" and "not sent" are true even from a process that has lost its lease. A fact changes
its attempt only, takes the attempt's lead out of `held`, and keeps the batch's budget. What follows for the lead is decided by a runner: each one looks for
`busy` leads without an open attempt and decides for them.

Lead (one for each planned row)
  state      meaning                      next
  ready      planned, or due again        busy (claim) | expired | exhausted | cancelled (cancel, or suppressed later)
  busy       claimed                      ready | done | exhausted | expired | cancelled (all by decide) | held (hold)
  done       over                         ready (settleRefused: others were refused alike right after it); otherwise final
  held       its attempt is held          busy (any fact that takes the attempt out of held)
  exhausted, expired, cancelled           none: final

Attempt (one for each try)      open: sending, unknown, placed, held. A number has at most one open attempt, over all batches
  from                  to                  by whom, and when
  —                     sending             runner, `claim`. Durable before it returns: the one sync to disk that safety needs
  sending               placed(call id)     sender, or anybody who found the call. May get lost: a look-up repeats it
  sending               refused(code)       sender: a refusal, or the request never left. May get lost: the attempt is then held
  sending               unknown(why)        sender: the call may have been placed
  sending               unknown             runner, `takeover`: its owner is dead, or is this runner and does not send it
  sending               refused(never_sent) runner, `takeover`: its own claim failed on the way back, so nobody sends it
  unknown               placed | refused    as from sending: a late fact, or a call that was found
  unknown               held(why)           runner, `hold`, not before claim + settle
  held                  placed              a call that was found, a late fact, or a person with a call id
  held                  refused(code)       sender: its late "no"
  held                  refused(person)     a person, `settle`, not before claim + lease + request + settle
  placed                ended(outcome)      anybody who read it from the service
  placed                refused(code)       anybody who read from the service that it ended the call without dialling it
  placed                ended(other)        runner, `lose`: unreadable for longer than a call may last; otherwise its slot would leak
  refused, ended        —                   final. A call id that comes later raises an alarm and changes nothing

Batch
  paused (as planned) ⇄ running → stopped(why) → running | paused; any of them → cancelled, which is final.
  stopped(budget_calls) → running, by the ledger itself: one of the calls that spent the budget was never dialled.
  In every state, calls in progress are followed to their end.

Slots are derived, never counted up and down: a slot is taken by each attempt that is sending, unknown or placed, and by each held
one whose call could still last.

Time is the ledger's own: the database's clock on Postgres, the given clock on SQLite. All times are milliseconds since 1970.
*/
import type { Holder } from '../errors.ts'
import type { Outcome } from '../port.ts'
import type { PlanWriter } from './plan-writer.ts'
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
  PlanWriterOptions,
  RefusalSettlement,
  SkippedRow,
  Undecided,
} from './records.ts'

/** Durations in milliseconds. Every process that opens the ledger must use the same. */
export interface LedgerTimes {
  /** How long a runner's lease lasts without a beat, on Postgres. A sender only sends within the first half of it. @default 15_000 */
  readonly leaseMs: number
  /** How long a request to place a call may take. @default 60_000 */
  readonly requestMs: number
  /** How long it may take after a send until the service lists the call. @default 10_000 */
  readonly settleMs: number
  /** The longest that a call can last. @default 3_600_000 */
  readonly maxCallMs: number
}

/**
 * What a fact changed.
 *
 * `changed`: the attempt took the step. `known`: the ledger had the fact already. `illegal`: the attempt has no such step, or does not
 * exist; nothing changed. `alarm`: a call id for an attempt that has another call or is over; nothing changed but a new alarm.
 */
export interface FactResult {
  readonly result: 'changed' | 'known' | 'illegal' | 'alarm'
  /** The attempt's state afterwards. */
  readonly state?: AttemptState | undefined
}

/** What any process may report about an attempt, even a runner without its lease. */
export interface Facts {
  /** The attempt has this call. `at`: when the call was placed, now by default. */
  placed(attempt: string, call: { callId: string; at?: number }): Promise<FactResult>
  /** No call was made; only the sender may say so. Does not count towards tries, daily caps and budgets. */
  refused(attempt: string, why: string): Promise<FactResult>
  /**
   * The service ended the attempt's call without dialling it, so that nobody was called. The attempt keeps its call id, and does not
   * count towards tries, daily caps and budgets.
   */
  undialled(attempt: string, why: string): Promise<FactResult>
  /** A call may have been made. */
  unknown(attempt: string, why: string): Promise<FactResult>
  /** The attempt's call is over. */
  ended(
    attempt: string,
    end: {
      outcome: Outcome
      /** When the call ended. @default now */
      at?: number | undefined
      /** Answered time, in seconds. */
      seconds?: number | undefined
      /** The service's end reason. */
      why?: string | undefined
    },
  ): Promise<FactResult>
}

/** A calendar whose hours are open now, with today's bounds in the time zone of the people called. */
export interface OpenCalendar {
  readonly key: string
  /** When today began. */
  readonly dayStart: number
  /** When tomorrow begins. A number that has had its calls today is due again then. */
  readonly dayEnd: number
}

export interface Ledger extends Facts {
  /** The ledger's id, which every one of its idempotency keys begins with. */
  readonly id: string
  readonly times: LedgerTimes
  /** The time by the ledger's clock. */
  now(): Promise<number>

  /**
   * Becomes a runner; on SQLite, the only one.
   *
   * @throws DialerBusyError another process runs the ledger (SQLite)
   * @throws DialerAdoptionError the ledger may be behind reality
   * @throws DialerLedgerError `MOVED`; `CLOCK_WENT_BACK` the clock is behind the newest attempt
   */
  join(): Promise<Runner>
  /**
   * A person confirms that this is the ledger to go on with. It may then run here, and a halt ends. Make sure first that no other copy
   * is in use, and read `alarms`.
   */
  adopt(): Promise<void>
  /** Stops all claims until a person adopts the ledger. */
  halt(why: string): Promise<void>
  /** Why `join` would refuse the ledger, if it would: it is halted, was copied away, or is not where it was. */
  halted(): Promise<string | undefined>

  beginPlan(options: PlanWriterOptions): Promise<PlanWriter>
  /** Adds numbers (E.164) that batches with `suppression` leave out. `source` says where they come from. Returns how many were new. */
  suppress(numbers: readonly string[], source: string): Promise<number>
  /** Whether a number (E.164) is suppressed. */
  suppressed(number: string): Promise<boolean>

  /**
   * Runs a paused or stopped batch.
   *
   * @throws DialerInputError `BATCH_UNKNOWN`, `BATCH_CANCELLED`
   */
  resume(batch: number): Promise<void>
  /**
   * Claims no more of the batch's leads until it is resumed.
   *
   * @throws DialerInputError `BATCH_UNKNOWN`, `BATCH_CANCELLED`
   */
  pause(batch: number, why?: string): Promise<void>
  /**
   * Cancels the batch for good, and its ready leads with it; calls in progress are followed to their end.
   *
   * @throws DialerInputError `BATCH_UNKNOWN`
   */
  cancel(batch: number): Promise<void>
  /** All batches, the oldest first. */
  batches(): Promise<Batch[]>
  /** @throws DialerInputError `BATCH_UNKNOWN` */
  status(batch: number): Promise<BatchStatus>
  /** A batch's leads with their attempts, in the order of their lines, read page by page. */
  leads(batch: number): AsyncIterable<LeadRecord>
  /** The rows of a batch's plan that are not called. */
  skipped(batch: number): AsyncIterable<SkippedRow>
  /** The runners whose lease is not over. */
  holders(): Promise<Holder[]>

  /** Held attempts with the evidence of their look-up; of all batches by default. */
  held(batch?: number): Promise<Attempt[]>
  /**
   * A person confirms that a held attempt made no call.
   *
   * @throws DialerInputError `TOO_EARLY` before claim + lease + request + settle: the process that claimed it may still send it
   */
  settle(attempt: string): Promise<FactResult>
  /** Everything that must never happen and did, the oldest first. */
  alarms(): Promise<Alarm[]>

  /** When the newest attempt was claimed; undefined without attempts. */
  newestAt(): Promise<number | undefined>
  /** Which of these idempotency keys begin with this ledger's id and are not in it. */
  unknownKeys(keys: readonly string[]): Promise<string[]>
  /**
   * Adds a call whose key begins with this ledger's id and is not in it, and raises an alarm. Its number is not called before that
   * call has ended.
   *
   * @throws DialerInputError `FOREIGN_KEY` the key is not this ledger's
   */
  importCall(call: { idempotencyKey: string; callId: string; number: string; at: number }): Promise<void>

  /**
   * Removes the personal data of leads that ended before a time in milliseconds since 1970, and of rows that were not planned. States,
   * outcomes, call ids and suppressed numbers stay. Returns how many leads it removed the data of.
   *
   * @throws DialerInputError `TOO_YOUNG` the time is less than two days ago
   */
  purge(before: number): Promise<number>

  /** Calls the listener when something changed. Some changes are missed, so look every second too. Call the returned function to stop. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

/**
 * What only the holder of a lease may do. Each call checks the lease in its own transaction.
 *
 * Everything rejects with DialerFencedError once the lease is lost.
 */
export interface Runner {
  readonly id: string
  /** Renews the lease. Call it every third of `leaseMs`. */
  beat(): Promise<void>
  /** Ends the lease at once. The next runner takes over the attempts that are not over. */
  leave(): Promise<void>

  /**
   * Claims leads that may be called now, durable before it returns.
   *
   * One transaction checks everything: the lease, the batch and its budgets, the calendar, the slots, the number's open attempts and
   * its calls today, the gap since its last call, and the lead's tries, expiry and suppression. A lead that cannot be called is moved or ended in the same
   * transaction. Note the time before you claim: send only within half of `leaseMs` from then.
   */
  claim(options: {
    calendars: readonly OpenCalendar[]
    /** How many simultaneous calls all runners together may have. */
    slots: number
    /** The most attempts to claim. */
    limit: number
    /** Claims from this batch only. */
    batch?: number | undefined
  }): Promise<Claimed[]>
  /** When the earliest ready lead of each running batch and calendar is due; may be in the past. */
  due(): Promise<{ batch: number; calendar: string; dueAt: number }[]>
  /** How many slots all runners have taken now. */
  slots(): Promise<number>
  /** Expires ready leads whose time is over, those of closed calendars included. Returns how many; there may be more. */
  expire(): Promise<number>

  /**
   * Takes over the open attempts of dead runners, and this runner's own in state `sending` that are not listed in `sending` and are
   * older than a lease. Returns every attempt that was taken over, as it is now.
   */
  takeover(sending: readonly string[]): Promise<Attempt[]>
  /** This runner's attempts that are unknown or placed: look them up, or follow them. */
  openAttempts(): Promise<Attempt[]>
  /** Holds an unknown attempt, which leaves it to a person. Before claim + settle the result is `illegal`. */
  hold(attempt: string, why: HeldWhy, evidence?: Json): Promise<FactResult>
  /** Ends a placed attempt that was claimed longer than `maxCallMs` ago, with outcome `other`; `illegal` before. */
  lose(attempt: string): Promise<FactResult>

  /** Busy leads without an open attempt: decide for them. */
  undecided(limit: number): Promise<Undecided[]>
  /** Returns false if the lead has changed since `undecided` read it. In a cancelled batch, `ready` becomes `cancelled`. */
  decide(undecided: Undecided, decision: Decision): Promise<boolean>
  /**
   * Ends a lead whose newest attempt the service refused for the lead's own sake.
   *
   * If three or more leads of its batch were refused for this very reason since the batch's newest call, something may refuse
   * everybody. Then none of them is done: the batch stops, and all these leads are ready again. Leads that were refused for the
   * reason before that call too do not stop the batch by themselves: the service places calls, and not theirs.
   */
  settleRefused(undecided: Undecided, why: string): Promise<RefusalSettlement>
  /** Stops a running batch until a person resumes it. Returns false if it does not run. */
  stop(batch: number, why: string): Promise<boolean>
}
