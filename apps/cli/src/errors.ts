import type { ExitCode } from './exit-codes.ts'

/** An error of this program itself. Its message is complete: what, where, and what to do instead. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  /** Stable, in SCREAMING_SNAKE_CASE. */
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** The command line, the environment or a document is wrong; nothing was sent. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'

  constructor(message: string, code = 'USAGE') {
    super(message, code)
  }
}

/** The command could not do its work, although its usage was right. */
export class FailedError extends CommandError {
  override readonly name = 'FailedError'
}

/** The user interrupted the command before it had done anything. */
export class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError'

  constructor() {
    super('Nothing was done.', 'INTERRUPTED')
  }
}

/** Ends a command that has printed everything already, with an exit code other than 0. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode) {
    super(`ended with ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** A failure although a call was placed or may have been placed. Its cause is what failed. */
export class PlacedError extends Error {
  override readonly name = 'PlacedError'
  /** What to do next. */
  readonly advice: string
  /** The call, if its id is known. */
  readonly callId: string | undefined

  constructor(cause: unknown, advice: string, callId?: string) {
    super(advice, { cause })
    this.advice = advice
    this.callId = callId
  }
}
