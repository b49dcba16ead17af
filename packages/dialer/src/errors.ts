/** Base of every error that the dialer itself throws. Phone numbers in a message are masked. */
export class DialerError extends Error {
  override readonly name: string = 'DialerError'
  /** A stable code in SCREAMING_SNAKE_CASE. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** An argument, a file or a row is wrong. Nothing was sent, and nothing was written unless the message says so. */
export class DialerInputError extends DialerError {
  override readonly name = 'DialerInputError'
}

/**
 * This runner has lost its lease: it no longer claims, decides or places. The ledger still accepts its facts.
 *
 * `Dialer.run` joins again by itself.
 */
export class DialerFencedError extends DialerError {
  override readonly name = 'DialerFencedError'

  constructor(message = 'The lease of this runner is lost; join again, and place nothing until then') {
    super('FENCED', message)
  }
}

/** The process that holds a ledger. For people to read; nothing is decided by it. */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly beatAt: Date
}

/** Another process runs this ledger. */
export class DialerBusyError extends DialerError {
  override readonly name = 'DialerBusyError'
  readonly holder: Holder | undefined

  constructor(message: string, holder?: Holder) {
    super('BUSY', message)
    this.holder = holder
  }
}

/**
 * The ledger cannot be used as it is.
 *
 * - `NEWER`: a newer version of the dialer wrote it.
 * - `NOT_A_LEDGER`: the file or database holds something else.
 * - `NETWORK_DISK`: the file is on a network disk, where locks cannot be trusted.
 * - `SEAL_KEY`: it was opened without its key, or with another one.
 * - `MOVED`: it was copied to another ledger, which goes on instead.
 * - `NOT_EMPTY`: the target of a copy already holds something.
 * - `CLOCK_WENT_BACK`: the clock is behind the ledger's newest attempt.
 * - `DAMAGED`: a column holds something that the dialer never writes.
 */
export class DialerLedgerError extends DialerError {
  override readonly name = 'DialerLedgerError'
}

/**
 * The ledger may have forgotten calls. A person must find out whom it called, and then call `Ledger.adopt`.
 *
 * - `ELSEWHERE`: it is a copy, or its store was restored or failed over.
 * - `HALTED`: it was halted, for example because the service listed a call of this ledger that the ledger did not know.
 */
export class DialerAdoptionError extends DialerError {
  override readonly name = 'DialerAdoptionError'
}

/** The message of whatever was thrown, an Error or not. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
