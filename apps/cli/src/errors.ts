import type { ExitCode } from './exit-codes.ts'

/** The command line or the environment is wrong; its message says what, where and what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: string

  constructor(message: string, code = 'USAGE') {
    super(message)
    this.code = code
  }
}

/** The command could not do what it is for, through nobody's mistake in this program; its message says why. */
export class FailedError extends Error {
  override readonly name = 'FailedError'
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** The person interrupted, and nothing was left half done. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly code = 'INTERRUPTED'

  constructor() {
    super('Nothing was done.')
  }
}

/** Ends a command that has said all there is to say, with another code than 0. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode) {
    super(`ended with ${exitCode}`)
    this.exitCode = exitCode
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
