import type { Call } from '../contract/types.ts'
import { createRandom, hashText } from './random.ts'

/** How a call is going to end. */
export type Ending = 'completed' | 'no_answer' | 'failed' | 'transferred' | 'voicemail'

/** The set of statuses that ended calls use; the API has had two. */
export type Vocabulary = 'seed' | '2026-07'

/** What happens to a call once it dials; times are in milliseconds at speed 1. */
export interface Life {
  readonly ringMs: number
  /** 0 if nobody answers. */
  readonly talkMs: number
  /** Whether the agent hangs up, where the person could too. */
  readonly agentHangsUp: boolean
}

const second = 1000

/**
 * Derives the life of a call from its id, so that it is the same every time.
 *
 * Times are whole seconds, so that durations are too. No call rings and talks for longer than 70 seconds altogether.
 */
export function lifeOf({ id, ending }: { readonly id: string; readonly ending: Ending }): Life {
  const random = createRandom(hashText(id))
  const ringMs = random.between(3, 9) * second
  const talkMs = random.between(20, 60) * second
  const agentHangsUp = random.between(0, 1) === 1
  switch (ending) {
    case 'no_answer':
      return { ringMs: 30 * second, talkMs: 0, agentHangsUp }
    case 'failed':
      return { ringMs: 3 * second, talkMs: 0, agentHangsUp }
    case 'voicemail':
      return { ringMs: 20 * second, talkMs: random.between(15, 30) * second, agentHangsUp: true }
    default:
      return { ringMs, talkMs, agentHangsUp }
  }
}

/** The status and the `end_reason` of an ended call. */
export function endStatusOf(
  ending: Ending,
  agentHangsUp: boolean,
  vocabulary: Vocabulary,
): Pick<Call, 'status' | 'end_reason'> {
  const isSeed = vocabulary === 'seed'
  switch (ending) {
    case 'completed':
      return { status: 'completed', end_reason: agentHangsUp ? 'hangup' : 'user_hang_up' }
    case 'voicemail':
      return { status: 'completed', end_reason: 'voicemail_left' }
    case 'no_answer':
      return isSeed
        ? { status: 'no_answer', end_reason: null }
        : { status: 'completed', end_reason: 'ivr_no_answer' }
    case 'failed':
      return isSeed
        ? { status: 'failed', end_reason: null }
        : { status: 'completed', end_reason: 'ivr_unreachable' }
    case 'transferred':
      return isSeed
        ? { status: 'transferred', end_reason: 'hangup' }
        : { status: 'completed', end_reason: 'transferred' }
  }
}
