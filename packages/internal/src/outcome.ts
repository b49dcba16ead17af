/**
 * How an ended call went, in one vocabulary over the two that the service has used.
 *
 * - `completed`: a conversation that one of the two sides ended
 * - `transferred`: the agent passed the conversation on
 * - `no_answer`: nobody talked: it rang and nobody answered, the phone was off, or only a phone menu picked up
 * - `not_reached`: the service never got through to the phone, for example because all of the account's lines were busy
 * - `voicemail`: a machine picked up, whether or not a message was left
 * - `failed`: the service reports a failure, and the call may have got through
 * - `other`: the call was answered, and this version does not know how it ended
 */
export type Outcome =
  | 'completed'
  | 'transferred'
  | 'no_answer'
  | 'not_reached'
  | 'voicemail'
  | 'failed'
  | 'other'
