/** How an ended call went: one vocabulary over the API's two. `Outcome` of `@digame/client` explains each. */
export type Outcome =
  | 'completed'
  | 'transferred'
  | 'no_answer'
  | 'not_reached'
  | 'voicemail'
  | 'failed'
  | 'other'
