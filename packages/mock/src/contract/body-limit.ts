/** The longest body that is read, in bytes. */
export const longestBody: number = 2 ** 20

/** A body is longer than what is read. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong'

  constructor() {
    super(`A body has at most ${longestBody} bytes`)
  }
}
