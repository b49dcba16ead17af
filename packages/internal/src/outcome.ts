/**
 * How an ended call went, in one vocabulary over the two that the service has used.
 *
 * - `completed`: a conversation that one of the two sides ended
 * - `transferred`: the agent passed the conversation on
 * - `no_answer`: nobody picked up
 * - `voicemail`: a machine picked up, whether or not a message was left
 * - `failed`: the call could not be made, or the number could not be reached
 * - `other`: it ended for a reason that this version does not know
 */
export type Outcome = 'completed' | 'transferred' | 'no_answer' | 'voicemail' | 'failed' | 'other'
