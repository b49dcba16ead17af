/** What can go wrong on the way, and how it looks on the wire. */
export const faults = {
  reset_before: 'the connection is reset before the request has been read',
  reset_after: 'the request is read and acted on, then the connection is reset',
  silence: 'acted on, never answered',
  silence_body: 'acted on, headers and half of the body, then nothing more',
  half_body: 'acted on, headers and half of the body, then the connection is closed',
  fin: 'acted on, the connection is closed in order without an answer',
} as const

/** A fault of the transport. */
export type Fault = keyof typeof faults
