import type { Call } from '../contract/types.ts'
import { createRandom, seedOf } from './random.ts'

/** How a call is going to end. */
export type Ending = 'completed' | 'no_answer' | 'failed' | 'transferred' | 'voicemail'

/** Which of the API's two sets of statuses the calls use. */
export type Vocabulary = 'seed' | '2026-07'

/** What lies ahead of a call from the moment it starts to dial; milliseconds of a telephone at speed 1. */
export interface Life {
  /** How long it rings. */
  readonly ring: number
  /** How long they talk; 0 if nobody picks up. */
  readonly talk: number
  /** Who hangs up where both could. */
  readonly byAgent: boolean
}

const second = 1000

/**
 * The life of a call, made from its id: the same whenever it is asked for.
 *
 * Whole seconds, so that durations come out whole; no call rings and talks for longer than 70 seconds.
 */
export function lifeOf({ id, ending }: { readonly id: string; readonly ending: Ending }): Life {
  const random = createRandom(seedOf(id))
  const ring = random.between(3, 9) * second
  const talk = random.between(20, 60) * second
  const byAgent = random.between(0, 1) === 1
  switch (ending) {
    case 'no_answer':
      return { ring: 30 * second, talk: 0, byAgent }
    case 'failed':
      return { ring: 3 * second, talk: 0, byAgent }
    case 'voicemail':
      return { ring: 20 * second, talk: random.between(15, 30) * second, byAgent: true }
    default:
      return { ring, talk, byAgent }
  }
}

/** What the wire says of a call that has ended. */
export function lastWords(
  ending: Ending,
  byAgent: boolean,
  vocabulary: Vocabulary,
): Pick<Call, 'status' | 'end_reason'> {
  const hangUp = byAgent ? 'hangup' : 'user_hang_up'
  const old = vocabulary === 'seed'
  switch (ending) {
    case 'completed':
      return { status: 'completed', end_reason: hangUp }
    case 'voicemail':
      return { status: 'completed', end_reason: 'voicemail_left' }
    case 'no_answer':
      return old
        ? { status: 'no_answer', end_reason: null }
        : { status: 'completed', end_reason: 'ivr_no_answer' }
    case 'failed':
      return old
        ? { status: 'failed', end_reason: null }
        : { status: 'completed', end_reason: 'ivr_unreachable' }
    case 'transferred':
      return old
        ? { status: 'transferred', end_reason: 'hangup' }
        : { status: 'completed', end_reason: 'transferred' }
  }
}
