import type { Call } from '../contract/types.ts'
import { type Ending, lifeOf } from '../exchange/life.ts'
import { hashText } from '../exchange/random.ts'

/** The set of statuses that ended calls use; the API has had two. */
export type Vocabulary = 'seed' | '2026-07'

/** Whether the end reasons are words that a program may know. */
export type EndReasons = 'known' | 'unknown'

type EndStatus = Pick<Call, 'status' | 'end_reason'>

/** `agentHangsUp` decides between the two reasons of a call that completes. */
type EndStatuses = Readonly<Record<Ending, (agentHangsUp: boolean) => EndStatus>>

const completed = (end_reason: string) => (): EndStatus => ({ status: 'completed', end_reason })

/** The endings that look the same in both vocabularies. `user_hang_up` is a guess; the others are published. */
const common = {
  completed: (agentHangsUp: boolean) => completed(agentHangsUp ? 'hangup' : 'user_hang_up')(),
  voicemail: completed('voicemail_left'),
}

const endStatuses: Readonly<Record<Vocabulary, EndStatuses>> = {
  seed: {
    ...common,
    no_answer: () => ({ status: 'no_answer', end_reason: null }),
    failed: () => ({ status: 'failed', end_reason: null }),
    concurrency_limit: () => ({ status: 'failed', end_reason: null }),
    transferred: () => ({ status: 'transferred', end_reason: 'hangup' }),
  },
  // Guesses: the vendor publishes labels such as "user did not answer", and no wire names for them.
  '2026-07': {
    ...common,
    no_answer: completed('user_did_not_answer'),
    failed: completed('call_error'),
    concurrency_limit: completed('concurrency_limit_reached'),
    transferred: completed('transferred'),
  },
}

/** Makes a function that gives an ended call its status and its `end_reason`. */
export const createEndStatus =
  (vocabulary: Vocabulary, endReasons: EndReasons) =>
  (call: { readonly id: string; readonly ending: Ending }): EndStatus => {
    const end = endStatuses[vocabulary][call.ending](lifeOf(call).agentHangsUp)
    if (endReasons === 'known') return end
    return { ...end, end_reason: `unheard_of_${hashText(call.id).toString(36)}` }
  }
