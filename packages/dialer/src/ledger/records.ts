import type { Holder } from '../errors.ts'
import type { Outcome } from '../port.ts'

export type LeadState = 'ready' | 'busy' | 'held' | 'done' | 'expired' | 'cancelled' | 'exhausted'
export type AttemptState = 'sending' | 'unknown' | 'placed' | 'held' | 'refused' | 'ended'
export type BatchState = 'paused' | 'running' | 'stopped' | 'cancelled'
export type HeldWhy = 'absent' | 'lookup_failed'
export type Variables = Readonly<Record<string, string>>
/** Kept as it is given; the ledger never looks inside. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/** A lead about to be planned. Times are milliseconds since 1970. */
export interface PlanRow {
  /** The row's place in its source, from 1. */
  readonly line: number
  /** E.164. */
  readonly number: string
  /** The caller's own name for the row. */
  readonly key?: string | undefined
  /** Names the hours in which it may be called: the same string means the same hours, in every batch. */
  readonly calendar: string
  readonly variables: Variables
  /** Kept as evidence; what follows from it stands in `expiresAt`. */
  readonly consentAt?: number | undefined
  readonly notBefore?: number | undefined
  /** From then on it is not called any more: the row's own date, or the end of its consent. */
  readonly expiresAt?: number | undefined
}

/** A row that is not called, and why. `duplicate` and `suppressed` are found by the ledger. */
export interface SkippedRow {
  readonly line: number
  readonly verdict: 'duplicate' | 'suppressed' | 'rejected'
  readonly reason?: string | undefined
  readonly key?: string | undefined
  /** What stood in the row, where a person needs it. */
  readonly value?: string | undefined
}

export type RowVerdict = 'planned' | 'duplicate' | 'suppressed'

/** Where the ledger itself stops a batch or a lead. Absent: no limit. */
export interface BatchLimits {
  /** Calls to one lead; refusals do not count. */
  readonly tries: number
  /** Calls to one number on one day of its own, over all batches; refusals do not count. */
  readonly callsPerDay: number
  /** Calls of the whole batch, at which it stops. */
  readonly budgetCalls?: number | undefined
  /** Answered minutes of the whole batch, at which it stops. */
  readonly budgetMinutes?: number | undefined
}

export interface NewBatch {
  /** Names the plan: rows, agent, window and rules. A known one is not planned again. */
  readonly hash: string
  readonly name?: string | undefined
  readonly from_number: string
  readonly agent_version_id?: string | undefined
  readonly limits: BatchLimits
  /** The rules and calendars, for the dialer to read back. */
  readonly rules: Json
  readonly calendars: { readonly [key: string]: Json }
}

export interface Batch extends NewBatch {
  readonly id: number
  readonly state: BatchState
  /** Why it is paused or stopped. */
  readonly why?: string | undefined
  readonly createdAt: number
  /** Whether a number suppressed later is not called either. */
  readonly suppression: boolean
  /** Rows of its plan by verdict. */
  readonly rows: { readonly [verdict in SkippedRow['verdict'] | 'planned']: number }
}

export interface BatchStatus extends Batch {
  readonly leads: { readonly [state in LeadState]: number }
  readonly attempts: { readonly [state in AttemptState]: number }
  readonly outcomes: { readonly [outcome in Outcome]: number }
  /** Slots that this batch's calls hold now. */
  readonly slots: number
  /** When the next ready lead is due, its hours apart. */
  readonly nextDueAt?: number | undefined
  readonly spent: { readonly calls: number; readonly minutes: number }
  /** Nothing is ready, busy or held any more. */
  readonly finished: boolean
  /** Who runs the ledger; several on Postgres. */
  readonly holders: readonly Holder[]
}

/** What is fixed about an attempt once it is claimed. */
export interface AttemptIdentity {
  readonly id: string
  /** `<ledger id>.<attempt id>`. */
  readonly idempotencyKey: string
  /** Absent on a call that was imported without a lead. */
  readonly batch?: number | undefined
  readonly lead?: number | undefined
  /** Which try of its lead, refused ones included, from 1. */
  readonly no: number
  readonly number: string
  /** By the ledger's clock. */
  readonly claimedAt: number
}

/** What it takes to place one attempt. It is durable when it is returned. */
export interface Claimed extends AttemptIdentity {
  readonly batch: number
  readonly lead: number
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
  readonly seconds?: number | undefined
  /** The code of a refusal, the reason of a doubt, the service's end reason. */
  readonly why?: string | undefined
  /** What the last look-up saw, on a held one. */
  readonly evidence?: Json | undefined
}

/** A busy lead whose attempt is over: what the retry table needs. */
export interface Undecided {
  readonly lead: number
  readonly batch: number
  /** Its newest attempt, `refused` or `ended`. */
  readonly attempt: Attempt
  /** Attempts that were no refusals. */
  readonly tries: number
  /** Refusals since the last attempt that was none. */
  readonly refusals: number
  /** Its newest refusals in a row that were `rule_failed`. */
  readonly ruleFailures: number
  /** How its calls ended, counted. */
  readonly outcomes: { readonly [outcome in Outcome]?: number }
  readonly expiresAt?: number | undefined
}

export type Decision =
  | { readonly to: 'ready'; readonly dueAt: number }
  | { readonly to: 'done' | 'exhausted' | 'expired' | 'cancelled'; readonly why: string }

/** A lead with its history, for reports. After a purge `number` is empty and `purged` set. */
export interface LeadRecord {
  readonly id: number
  readonly line: number
  readonly key?: string | undefined
  readonly number: string
  readonly variables: Variables
  readonly consentAt?: number | undefined
  readonly calendar: string
  readonly state: LeadState
  readonly why?: string | undefined
  readonly dueAt: number
  readonly expiresAt?: number | undefined
  readonly tries: number
  readonly purged: boolean
  readonly attempts: readonly Attempt[]
}

/** Something that must not happen, and did: told until a person has read it. */
export interface Alarm {
  readonly id: number
  readonly at: number
  /**
   * `late_call`: a call id for an attempt that was over. `second_call`: another call id for one that had one.
   * `unknown_call`: a call of this ledger that it did not know.
   */
  readonly kind: 'late_call' | 'second_call' | 'unknown_call'
  readonly attempt: string
  readonly callId: string
}
