/** How an ended call went: one vocabulary over the API's two. */
export type Outcome = 'completed' | 'transferred' | 'no_answer' | 'voicemail' | 'failed' | 'other'
