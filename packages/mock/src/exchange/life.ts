import { createRandom, hashText } from './random.ts'

/** How a call is going to end. */
export type Ending = 'completed' | 'no_answer' | 'failed' | 'transferred' | 'voicemail' | 'concurrency_limit'

/** How long a call over the plan's limit exists before it ends without having dialled, in milliseconds at speed 1. */
export const limitedMs = 1000

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
