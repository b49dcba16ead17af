/** Whatever the dialer throws of its own. No unmasked phone number stands in its message. */
export class DialerError extends Error {
  override readonly name: string = 'DialerError'
  /** A stable code in SCREAMING_SNAKE_CASE. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** An argument, a file or a row is wrong; nothing was written and nothing sent. */
export class DialerInputError extends DialerError {
  override readonly name = 'DialerInputError'
}

/** This runner's lease is lost: it decides nothing more and places nothing more. Facts are still accepted. */
export class DialerFencedError extends DialerError {
  override readonly name = 'DialerFencedError'

  constructor(message = 'The lease of this runner is lost; join again, and place nothing until then') {
    super('FENCED', message)
  }
}

/** Who holds a ledger: shown, never trusted. */
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
 * `NEWER`: written by a newer version. `NOT_A_LEDGER`. `NETWORK_DISK`: locks cannot be trusted there.
 * `SEAL_KEY`: opened without its key, or with another. `MOVED`: copied to another ledger, which goes on instead.
 * `NOT_EMPTY`: the target of a copy holds something. `DAMAGED`: a column holds what cannot be there.
 */
export class DialerLedgerError extends DialerError {
  override readonly name = 'DialerLedgerError'
}

/**
 * The ledger may be behind reality; a person must look, then `adopt()` it.
 *
 * `ELSEWHERE`: a copy, or a restored or failed-over store. `HALTED`: somebody halted it, such as a start that listed a call
 * of this ledger that the ledger does not know.
 */
export class DialerAdoptionError extends DialerError {
  override readonly name = 'DialerAdoptionError'
}
