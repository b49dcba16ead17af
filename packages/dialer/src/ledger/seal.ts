import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { DialerInputError } from '../errors.ts'

/** How people are written down: numbers are looked up by `person`, everything else about them is kept `closed`. */
export interface Seal {
  /** The same text for the same number (or hash); tells nothing about it when sealed. */
  person(number: string): string
  close(value: string): string
  /** @throws when the value was closed with another key */
  open(closed: string): string
  /** Kept in the ledger, so that another key is noticed. */
  readonly check: string | null
}

const plain: Seal = {
  person: (number) => number,
  close: (value) => value,
  open: (closed) => closed,
  check: null,
}

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals numbers, variables and keys at rest: a keyed hash (HMAC-SHA-256) to look up by, AES-256-GCM for what is read back.
 *
 * @param key at least 32 bytes, or as many characters; without it the ledger cannot be read again
 * @throws DialerInputError `SEAL_KEY` it is shorter
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
  const derived = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'digame', purpose, 32))
  const hashKey = derived('look-up')
  const valueKey = derived('values')
  const person = (number: string): string => createHmac('sha256', hashKey).update(number).digest('base64url')

  return {
    person,
    close(value) {
      const nonce = randomBytes(nonceBytes)
      const encrypt = createCipheriv(cipher, valueKey, nonce, { authTagLength: tagBytes })
      const body = Buffer.concat([encrypt.update(value, 'utf8'), encrypt.final()])
      return Buffer.concat([nonce, encrypt.getAuthTag(), body]).toString('base64')
    },
    open(closed) {
      const bytes = Buffer.from(closed, 'base64')
      const decrypt = createDecipheriv(cipher, valueKey, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
      decrypt.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return Buffer.concat([decrypt.update(bytes.subarray(nonceBytes + tagBytes)), decrypt.final()]).toString(
        'utf8',
      )
    },
    check: person('digame'),
  }
}
