/** The longest request body that is read, in bytes. */
export const maxBodyBytes: number = 2 ** 20

/** A request body is longer than {@link maxBodyBytes}. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong'

  constructor() {
    super(`A body can have at most ${maxBodyBytes} bytes`)
  }
}
