/** What can go wrong with a connection, and how it looks to the client. */
export const faults = {
  reset_before: 'the connection is reset before the request is read',
  reset_after: 'the request is acted on, then the connection is reset',
  silence: 'the request is acted on, and no response comes',
  silence_body: 'the request is acted on; the headers and half of the body come, then nothing more',
  half_body: 'the request is acted on; the headers and half of the body come, then the connection is closed',
  fin: 'the request is acted on, then the connection is closed in order without a response',
} as const

/** A fault of the connection. */
export type Fault = keyof typeof faults

export const isFault = (value: string): value is Fault => Object.hasOwn(faults, value)
