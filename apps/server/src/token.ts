import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'

/** Form tokens: an id and a signature that proves that this process issued it. */
export interface Tokens {
  create(): string
  /** The id in a token, or `undefined` if this process did not issue it. */
  read(token: string): string | undefined
}

/**
 * Creates the form tokens of one process.
 *
 * A restarted server has forgotten who was called. Accepting a form from before the restart could ring a phone twice, so
 * the secret is new in each process.
 */
export function createTokens(): Tokens {
  const secret = randomBytes(32)
  const sign = (id: string): string => createHmac('sha256', secret).update(id).digest('base64url')
  return {
    create() {
      const id = randomUUID()
      return `${id}.${sign(id)}`
    },
    read(token) {
      const [id = '', signature = ''] = token.split('.')
      const actual = Buffer.from(signature)
      const expected = Buffer.from(sign(id))
      return actual.length === expected.length && timingSafeEqual(actual, expected) ? id : undefined
    },
  }
}
