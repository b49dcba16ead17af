import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'

/** The tokens of forms: an id, and the proof that this process made it. */
export interface Tokens {
  make(): string
  /** The id in a token; `undefined` for a token that this process did not make. */
  read(token: string): string | undefined
}

/**
 * Makes the tokens of one process.
 *
 * A restart forgets who has been called, so it must not accept the forms of before: they could ring twice.
 */
export function createTokens(): Tokens {
  const secret = randomBytes(32)
  const sign = (id: string): string => createHmac('sha256', secret).update(id).digest('base64url')
  return {
    make() {
      const id = randomUUID()
      return `${id}.${sign(id)}`
    },
    read(token) {
      const [id = '', proof = ''] = token.split('.')
      const given = Buffer.from(proof)
      const wanted = Buffer.from(sign(id))
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? id : undefined
    },
  }
}
