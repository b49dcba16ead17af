import type { Fault } from '../script/faults.ts'
import type { Ending } from './life.ts'

/** What happens to a call to a number. */
export interface Fate {
  /** In words, for people. */
  readonly what: string
  readonly ending?: Ending
  /** How long the call waits in the queue, in milliseconds at speed 1. */
  readonly queueMs?: number
  /** Whether the call comes into being; true if not said. */
  readonly placed?: boolean
  /** Answered in place of the call. */
  readonly code?: number
  readonly fault?: Fault
  /** Seconds after which one may ask again; refused once, then placed. */
  readonly retryAfter?: number
}

/** What happens to a call to any other Spanish number. */
export const ordinary: Fate = { what: 'answered, talks, `completed`' }

/** The numbers whose calls go a way of their own; no assigned range of the Spanish plan holds them. */
export const testNumbers: Readonly<Record<string, Fate>> = {
  '+34500000001': { what: '`no_answer`', ending: 'no_answer' },
  '+34500000002': { what: '`failed`', ending: 'failed' },
  '+34500000003': { what: '`transferred`', ending: 'transferred' },
  '+34500000004': { what: 'voicemail left', ending: 'voicemail' },
  '+34500000005': { what: 'waits in the queue, then completes', queueMs: 10_000 },
  '+34500000010': { what: 'placed, then the connection is reset before the answer', fault: 'reset_after' },
  '+34500000011': { what: 'placed, then 500', code: 500 },
  '+34500000012': { what: "placed, then silence until the client's deadline", fault: 'silence' },
  '+34500000013': { what: 'placed, 201, body cut in half', fault: 'half_body' },
  '+34500000014': { what: '429 with Retry-After once, then placed', retryAfter: 1 },
  '+34500000015': { what: 'not placed, the connection is reset', placed: false, fault: 'reset_after' },
  '+34500000016': { what: 'not placed, 500', placed: false, code: 500 },
}
