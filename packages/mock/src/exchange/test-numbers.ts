import type { Fault } from '../script/faults.ts'
import type { Ending } from './life.ts'

/** What happens to a call to one number. */
export interface Fate {
  /** A description for people. */
  readonly what: string
  /** @default 'completed' */
  readonly ending?: Ending
  /** How long the call waits in the queue, in milliseconds at speed 1. @default 0 */
  readonly queueMs?: number
  /** Whether the call is placed. @default true */
  readonly placed?: boolean
  /** The status of an error response in place of the call. */
  readonly code?: number
  readonly fault?: Fault
  /** The first of two calls to the number ends at once, as if the account had too many simultaneous calls. */
  readonly meetsLimit?: boolean
  /** The first of two equal requests gets 429, with this many seconds in `Retry-After`. */
  readonly retryAfter?: number
}

/** What happens to a call to any other Spanish number. */
export const ordinaryFate: Fate = { what: 'answered, talks, `completed`' }

/**
 * The numbers that choose what happens to a call.
 *
 * No assigned range of the Spanish numbering plan holds them: sent to the real service by mistake, they ring nowhere.
 */
export const testNumbers: Readonly<Record<string, Fate>> = {
  '+34500000001': { what: '`no_answer`', ending: 'no_answer' },
  '+34500000002': { what: '`failed`', ending: 'failed' },
  '+34500000003': { what: '`transferred`', ending: 'transferred' },
  '+34500000004': { what: 'voicemail left', ending: 'voicemail' },
  '+34500000005': { what: 'waits in the queue, then completes', queueMs: 10_000 },
  '+34500000006': {
    what: "over the plan's limit once: never dialled, `concurrency_limit_reached`",
    meetsLimit: true,
  },
  '+34500000010': { what: 'placed, then the connection is reset before the response', fault: 'reset_after' },
  '+34500000011': { what: 'placed, then 500', code: 500 },
  '+34500000012': { what: "placed, then no response until the client's deadline", fault: 'silence' },
  '+34500000013': { what: 'placed, 201, body cut in half', fault: 'half_body' },
  '+34500000014': { what: '429 with Retry-After once, then placed', retryAfter: 1 },
  '+34500000015': { what: 'not placed, the connection is reset', placed: false, fault: 'reset_after' },
  '+34500000016': { what: 'not placed, 500', placed: false, code: 500 },
}
