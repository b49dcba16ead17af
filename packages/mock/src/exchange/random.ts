import { createRandom as createFractions } from '@digame/internal'

/** Values that follow from a seed: the same seed gives the same values in the same order. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** A uuid of version 4. */
  uuid(): string
}

const toHex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')

// RFC 9562, section 5.4: the digits are random, but for the version (4) and the variant (binary 10).
function formatUuid(a: number, b: number, c: number, d: number): string {
  const middle = toHex((b & 0xffff0fff) | 0x4000)
  const rest = toHex((c & 0x3fffffff) | 0x80000000)
  return [toHex(a), middle.slice(0, 4), middle.slice(4), rest.slice(0, 4), rest.slice(4) + toHex(d)].join('-')
}

export function createRandom(seed: number): Random {
  const fraction = createFractions(seed)
  /** 32 random bits. */
  const word = () => fraction() * 2 ** 32
  return {
    between: (low, high) => low + (word() % (high - low + 1)),
    uuid: () => formatUuid(word(), word(), word(), word()),
  }
}

/** Hashes a text (FNV-1a, 32 bits), to seed values that must be the same for the same text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** Makes a uuid that is the same for the same seed and name. */
export const createNamedId = (seed: number, name: string): string =>
  createRandom(seed ^ hashText(name)).uuid()
