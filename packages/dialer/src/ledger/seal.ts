import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { DialerInputError } from '../errors.ts'

/** How people are written into a ledger: a fingerprint to find them by, everything else encrypted. Without a key both are plain text. */
export interface Seal {
  /** The same text for the same number. With a key, it reveals nothing about the number. */
  fingerprint(value: string): string
  encrypt(value: string): string
  /** @throws when the value was encrypted with another key */
  decrypt(value: string): string
  /** Stored in the ledger, so that opening it with another key is noticed. Null without a key. */
  readonly check: string | null
}

const plain: Seal = {
  fingerprint: (value) => value,
  encrypt: (value) => value,
  decrypt: (value) => value,
  check: null,
}

const cipher = 'aes-256-gcm'
// What NIST SP 800-38D recommends for GCM.
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals numbers, variables and keys at rest: a keyed hash (HMAC-SHA-256) to look up by, AES-256-GCM for what is read back.
 *
 * @param key at least 32 bytes, or as many characters; if you lose it, the ledger cannot be read again
 * @throws DialerInputError `SEAL_KEY` the key is shorter
 */
export function createSeal(key: string | Uint8Array | undefined): Seal {
  if (key === undefined) return plain
  const secret = typeof key === 'string' ? Buffer.from(key) : key
  if (secret.length < 32) {
    throw new DialerInputError(
      'SEAL_KEY',
      `sealNumbers: the key has ${secret.length} bytes, give it at least 32 random ones`,
    )
  }
  const deriveKey = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, 'digame', purpose, 32))
  const hashKey = deriveKey('look-up')
  const valueKey = deriveKey('values')
  const fingerprint = (value: string): string =>
    createHmac('sha256', hashKey).update(value).digest('base64url')

  return {
    fingerprint,
    encrypt(value) {
      const nonce = randomBytes(nonceBytes)
      const encryption = createCipheriv(cipher, valueKey, nonce, { authTagLength: tagBytes })
      const body = Buffer.concat([encryption.update(value, 'utf8'), encryption.final()])
      return Buffer.concat([nonce, encryption.getAuthTag(), body]).toString('base64')
    },
    decrypt(value) {
      const bytes = Buffer.from(value, 'base64')
      const nonce = bytes.subarray(0, nonceBytes)
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes)
      const body = bytes.subarray(nonceBytes + tagBytes)
      const decryption = createDecipheriv(cipher, valueKey, nonce, { authTagLength: tagBytes })
      decryption.setAuthTag(tag)
      return Buffer.concat([decryption.update(body), decryption.final()]).toString('utf8')
    },
    check: fingerprint('digame'),
  }
}
