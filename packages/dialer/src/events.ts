import type { HeldWhy, LeadState } from './ledger/records.ts'
import type { Outcome } from './port.ts'

/** Which attempt of whom an event is about; `number` is masked. */
export interface AboutAttempt {
  readonly attempt: string
  readonly batch: number | undefined
  readonly lead: number | undefined
  readonly number: string
}

/** What happens in a run, told as it happens. */
export type DialerEvent =
  /** It holds the ledger's lease now. */
  | { readonly type: 'joined'; readonly runner: string }
  /** The service's calls were compared with the ledger; from now on calls are placed. */
  | { readonly type: 'checked'; readonly calls: number }
  /** They could not be compared completely: nothing is placed until they are; tried again after `ms`. */
  | { readonly type: 'unchecked'; readonly why: string; readonly ms: number }
  /** The request leaves. */
  | ({ readonly type: 'sending' } & AboutAttempt)
  | ({ readonly type: 'placed'; readonly callId: string } & AboutAttempt)
  /** It is known that no call was made. */
  | ({ readonly type: 'refused'; readonly why: string } & AboutAttempt)
  /** A call may have been made; it will be looked up. */
  | ({ readonly type: 'unknown'; readonly why: string } & AboutAttempt)
  /** It could not be found out; a person settles it with `reconcile`. */
  | ({ readonly type: 'held'; readonly why: HeldWhy } & AboutAttempt)
  | ({
      readonly type: 'ended'
      readonly outcome: Outcome
      readonly seconds: number | undefined
    } & AboutAttempt)
  /** The call is placed but cannot be read; it is tried further. */
  | ({ readonly type: 'unreadable'; readonly why: string } & AboutAttempt)
  /** What was decided about a lead. */
  | {
      readonly type: 'decided'
      readonly batch: number
      readonly lead: number
      readonly state: LeadState
      readonly why: string | undefined
      readonly dueAt: Date | undefined
    }
  | { readonly type: 'expired'; readonly leads: number }
  /** A batch stopped by itself; a person resumes it. */
  | { readonly type: 'stopped'; readonly batch: number; readonly why: string }
  /** Nothing is sent for so long. */
  | { readonly type: 'slowed'; readonly ms: number; readonly why: string }
  /** Nothing can be sent before then: nobody is due, or their hours are closed. */
  | { readonly type: 'waiting'; readonly until: Date | undefined }
  /** Attempts of a dead runner, or of a broken claim of one's own. */
  | { readonly type: 'taken_over'; readonly attempts: number }
  /** The lease is lost: nothing is placed until it joins again; facts are still recorded. */
  | { readonly type: 'fenced' }
  /** The ledger may be behind reality: nothing is placed until a person adopts it. */
  | { readonly type: 'halted'; readonly why: string }
  /** A call id came for an attempt that was over or has another call: a person was perhaps called twice. */
  | ({ readonly type: 'alarm'; readonly callId: string } & AboutAttempt)
  /** The service does not tell how many calls are live; the last number holds. */
  | { readonly type: 'traffic_unknown'; readonly why: string }
  /** The ledger's store does not answer; it is tried again. */
  | { readonly type: 'ledger_trouble'; readonly why: string }
