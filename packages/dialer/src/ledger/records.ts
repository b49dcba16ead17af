import type { Holder } from '../errors.ts'
import type { Outcome } from '../port.ts'

export type LeadState = 'ready' | 'busy' | 'held' | 'done' | 'expired' | 'cancelled' | 'exhausted'
export type AttemptState = 'sending' | 'unknown' | 'placed' | 'held' | 'refused' | 'ended'
export type BatchState = 'paused' | 'running' | 'stopped' | 'cancelled'
export type HeldWhy = 'absent' | 'lookup_failed'
export type Variables = Readonly<Record<string, string>>
/** The ledger stores it and never looks inside. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/** A row to plan a lead from. Times are milliseconds since 1970. */
export interface PlanRow {
  /** The row's position in its source, from 1. */
  readonly line: number
  /** E.164. */
  readonly number: string
  /** Your own id for the row; not the idempotency key. */
  readonly key?: string | undefined
  /** Names the hours in which the lead may be called. The same name means the same hours in every batch. */
  readonly calendar: string
  readonly variables: Variables
  /** When the person consented. Only kept on record: `expiresAt` says when the consent ends. */
  readonly consentAt?: number | undefined
  /** It is not called before. */
  readonly notBefore?: number | undefined
  /** It is not called from then on: the row's own date, or the end of its consent. */
  readonly expiresAt?: number | undefined
}

/** Why a row is left out as `recent`: a call to its number, or another batch in which the number waits for one. */
export interface EarlierCall {
  /** The batch of the call or the waiting lead; absent for a call that was imported without a lead. */
  readonly batch?: number | undefined
  /** When the number was called, in milliseconds since 1970; absent if it only waits. */
  readonly at?: number | undefined
  /** How the call ended; absent if it has not, or if nobody knows. */
  readonly outcome?: Outcome | undefined
}

/**
 * A row that is not called, and why. The ledger itself finds `duplicate`, `suppressed` and `recent`.
 *
 * The reason of a duplicate is `other_variables` if its variables differ from those of the first row with its number, and
 * otherwise absent. The reason of a recent row is `called`, `maybe_called` (its call is in doubt or has only begun) or `planned`
 * (it waits in another batch).
 */
export interface SkippedRow {
  readonly line: number
  readonly verdict: 'duplicate' | 'suppressed' | 'recent' | 'rejected'
  readonly reason?: string | undefined
  /** Only of a recent row. */
  readonly earlier?: EarlierCall | undefined
  readonly key?: string | undefined
  /** The value that a person needs to see, such as the number. */
  readonly value?: string | undefined
}

export type RowVerdict = 'planned' | 'duplicate' | 'suppressed' | 'recent'

/** How many rows of a plan were skipped for the same reason, and because of the same batch. */
export interface SkippedCount {
  readonly verdict: SkippedRow['verdict']
  readonly reason?: string | undefined
  readonly earlierBatch?: { readonly id: number; readonly name?: string | undefined } | undefined
  readonly rows: number
}

export interface PlanWriterOptions {
  /** Whether a suppressed number is left out, also if it is suppressed after the plan. */
  readonly suppression: boolean
  /**
   * A number that was called, or may have been called, in this time before the plan is left out, in milliseconds; so is one that
   * waits for a call in another batch. @default 0: neither is left out
   */
  readonly recentMs?: number | undefined
}

/** Limits that the ledger itself enforces. Absent: no limit. */
export interface BatchLimits {
  /** Most calls to one lead. Refusals do not count. */
  readonly tries: number
  /** Most calls to one number on one day in its own time zone, over all batches. Refusals do not count. */
  readonly callsPerDay: number
  /**
   * Least time between the end of a call to a number and the next attempt to call it, over all batches, in milliseconds.
   * Refusals do not count. @default 0
   */
  readonly minimumGap?: number | undefined
  /** The batch stops after this many calls. */
  readonly budgetCalls?: number | undefined
  /** The batch stops after this many answered minutes. */
  readonly budgetMinutes?: number | undefined
}

export interface NewBatch {
  /** Identifies the plan. A plan with a known hash is not planned again. */
  readonly hash: string
  readonly name?: string | undefined
  readonly from_number: string
  readonly agent_version_id?: string | undefined
  readonly limits: BatchLimits
  /** The rules, stored for the dialer to read back. */
  readonly rules: Json
  /** The calendars that its rows name, stored for the dialer to read back. */
  readonly calendars: { readonly [key: string]: Json }
}

export interface Batch extends NewBatch {
  readonly id: number
  readonly state: BatchState
  /** Why it is paused or stopped, such as `budget_calls` or `budget_minutes`. */
  readonly why?: string | undefined
  readonly createdAt: number
  /** Whether it leaves out numbers that are suppressed later, too. */
  readonly suppression: boolean
  /** How many rows of its plan got each verdict. */
  readonly rows: { readonly [verdict in SkippedRow['verdict'] | 'planned']: number }
}

export interface BatchStatus extends Batch {
  readonly leads: { readonly [state in LeadState]: number }
  readonly attempts: { readonly [state in AttemptState]: number }
  readonly outcomes: { readonly [outcome in Outcome]: number }
  /** How many slots the batch takes now. */
  readonly slots: number
  /** When the next ready lead is due, regardless of its hours; 0 if it is due from the start. */
  readonly nextDueAt?: number | undefined
  /** Attempts that were not refused, and answered minutes. */
  readonly spent: { readonly calls: number; readonly minutes: number }
  /** What to do about a stopped batch, for a person to read. */
  readonly advice?: string | undefined
  /** No lead is ready, busy or held any more. */
  readonly finished: boolean
  /** Who runs the ledger; there may be several on Postgres. */
  readonly holders: readonly Holder[]
}

/** What is fixed about an attempt once it is claimed. */
export interface AttemptIdentity {
  readonly id: string
  /** `<ledger id>.<attempt id>`. */
  readonly idempotencyKey: string
  /** The batch and the lead are absent on a call that was imported without a lead. */
  readonly batch?: number | undefined
  readonly lead?: number | undefined
  /** Which try of its lead, refused ones included, from 1. */
  readonly no: number
  readonly number: string
  /** By the ledger's clock. */
  readonly claimedAt: number
}

/** A new attempt, with all that it takes to place its call. It is durable when `claim` returns it. */
export interface Claimed extends AttemptIdentity {
  readonly batch: number
  readonly lead: number
  /** Your own id for the row; not the idempotency key. */
  readonly key?: string | undefined
  readonly variables: Variables
  readonly from_number: string
  readonly agent_version_id?: string | undefined
}

export interface Attempt extends AttemptIdentity {
  readonly state: AttemptState
  readonly placedAt?: number | undefined
  readonly endedAt?: number | undefined
  readonly callId?: string | undefined
  readonly outcome?: Outcome | undefined
  /** Answered time, in seconds. */
  readonly seconds?: number | undefined
  /** Why it was refused, why it is in doubt, or the service's end reason. */
  readonly why?: string | undefined
  /** What the last look-up found, on a held attempt. */
  readonly evidence?: Json | undefined
}

/** A busy lead whose attempt is over, with what the retry rules need. */
export interface Undecided {
  readonly lead: number
  readonly batch: number
  /** Its newest attempt, `refused` or `ended`. */
  readonly attempt: Attempt
  /** Attempts that were not refused. */
  readonly tries: number
  /** Refusals since the last attempt that was not refused. */
  readonly refusals: number
  /** How many of its newest refusals in a row are `rule_failed`. */
  readonly ruleFailures: number
  /** How many leads of its batch, this one included, were last refused as `rule_failed` since the batch's newest call. */
  readonly ruleFailingLeads: number
  /** How many of its calls had each outcome. */
  readonly outcomes: { readonly [outcome in Outcome]?: number }
  readonly expiresAt?: number | undefined
}

export type Decision =
  | { readonly to: 'ready'; readonly dueAt: number }
  | { readonly to: 'done' | 'exhausted' | 'expired' | 'cancelled'; readonly why: string }

/** What `Runner.settleRefused` did. */
export interface RefusalSettlement {
  /** The lead's new state; absent if the lead has changed since `undecided` read it, and nothing was done. */
  readonly state?: 'done' | 'ready'
  /** The leads that are ready again, this one included. */
  readonly givenBack: readonly number[]
  /** When they are due. */
  readonly dueAt?: number
  /** Whether the batch was stopped by this. */
  readonly isStopped: boolean
}

/** A lead with its history, for reports. After a purge, `number` is empty and `purged` is true. */
export interface LeadRecord {
  readonly id: number
  readonly line: number
  readonly key?: string | undefined
  readonly number: string
  readonly variables: Variables
  readonly consentAt?: number | undefined
  readonly calendar: string
  readonly state: LeadState
  /** Why it is over or held. */
  readonly why?: string | undefined
  /** When it may be called; 0 if it is due from the start. */
  readonly dueAt: number
  readonly expiresAt?: number | undefined
  readonly tries: number
  readonly purged: boolean
  readonly attempts: readonly Attempt[]
}

/** Something that must never happen, and did. Alarms are never removed. */
export interface Alarm {
  readonly id: number
  readonly at: number
  /**
   * `late_call`: a call id came for an attempt that was over. `second_call`: another call id came for an attempt that had one.
   * `unknown_call`: the service had a call of this ledger that the ledger did not know.
   */
  readonly kind: 'late_call' | 'second_call' | 'unknown_call'
  readonly attempt: string
  readonly callId: string
}
