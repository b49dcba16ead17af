/** The command line or the environment is wrong; its message says what, where and what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: string

  constructor(message: string, code = 'USAGE') {
    super(message)
    this.code = code
  }
}

/** A failure although a call exists, or may exist; its cause is what failed. */
export class PlacedError extends Error {
  override readonly name = 'PlacedError'
  /** What the person can do next. */
  readonly advice: string
  readonly callId: string | undefined

  constructor(cause: unknown, advice: string, callId?: string) {
    super(advice, { cause })
    this.advice = advice
    this.callId = callId
  }
}
