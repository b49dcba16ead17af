import type { HeldWhy, LeadState } from './ledger/records.ts'
import type { Outcome } from './port.ts'

/** The attempt that an event is about. */
export interface AttemptFields {
  readonly attempt: string
  /** Absent, like `lead`, on a call that was imported without a lead. */
  readonly batch: number | undefined
  readonly lead: number | undefined
  /** Masked. */
  readonly number: string
}

/** What a dialer reports while it runs. */
export type DialerEvent =
  /** The dialer now holds a lease on the ledger. */
  | { readonly type: 'joined'; readonly runner: string }
  /** The service's calls were compared with the ledger and match: calls are placed from now on. `calls` is how many were listed. */
  | { readonly type: 'checked'; readonly calls: number }
  /** The service's calls could not be listed completely. Nothing is placed until they are; the next try comes after `ms`. */
  | { readonly type: 'unchecked'; readonly why: string; readonly ms: number }
  /** A request to place a call is about to be sent. */
  | ({ readonly type: 'sending' } & AttemptFields)
  /** The call is placed. */
  | ({ readonly type: 'placed'; readonly callId: string } & AttemptFields)
  /** It is certain that nobody was called: no call was made, or the service ended it without dialling. */
  | ({ readonly type: 'refused'; readonly why: string } & AttemptFields)
  /** A call may have been made. The dialer looks it up. */
  | ({ readonly type: 'unknown'; readonly why: string } & AttemptFields)
  /** The look-up did not settle whether a call was made. A person settles it with `settle`. */
  | ({ readonly type: 'held'; readonly why: HeldWhy } & AttemptFields)
  /** The call has ended. `seconds` is the answered time, if the service reports it. */
  | ({
      readonly type: 'ended'
      readonly outcome: Outcome
      readonly seconds: number | undefined
    } & AttemptFields)
  /** A placed call has failed to be read ten times in a row. The dialer keeps trying. */
  | ({ readonly type: 'unreadable'; readonly why: string } & AttemptFields)
  /**
   * The dialer decided what becomes of a lead. `dueAt` is set when it is called again, `why` when it is not. A lead that was
   * `done` as refused may be decided again, as `ready`: see `stopped`.
   */
  | {
      readonly type: 'decided'
      readonly batch: number
      readonly lead: number
      readonly state: LeadState
      readonly why: string | undefined
      readonly dueAt: Date | undefined
    }
  /** Leads expired before they could be called; `leads` is how many. */
  | { readonly type: 'expired'; readonly leads: number }
  /** A batch stopped by itself. `advice` says what a person does about it before resuming the batch. */
  | { readonly type: 'stopped'; readonly batch: number; readonly why: string; readonly advice: string }
  /** The service asked for fewer requests, is failing, or has as many calls of the account as it allows. Nothing is sent for `ms` milliseconds. */
  | { readonly type: 'slowed'; readonly ms: number; readonly why: string }
  /** No lead can be called before `until`: none is due, or their hours are closed. Undefined: the time is not known. */
  | { readonly type: 'waiting'; readonly until: Date | undefined }
  /** Attempts of a dead runner, or of a claim of this runner that failed, were taken over. */
  | { readonly type: 'taken_over'; readonly attempts: number }
  /** The lease is lost. Facts are still recorded; nothing is placed until the dialer has joined again. */
  | { readonly type: 'fenced' }
  /** The ledger may have forgotten calls. Nothing is placed until a person calls `Ledger.adopt`. */
  | { readonly type: 'halted'; readonly why: string }
  /** A call id arrived for an attempt that is over or has another call: somebody may have been called twice. */
  | ({ readonly type: 'alarm'; readonly callId: string } & AttemptFields)
  /** The service does not report how many calls are live. The last number it reported still counts. */
  | { readonly type: 'traffic_unknown'; readonly why: string }
  /** The ledger's store failed. The dialer tries again. */
  | { readonly type: 'ledger_trouble'; readonly why: string }
