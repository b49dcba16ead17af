/** A seeded source of numbers: the same seed gives the same numbers in the same order. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** A uuid of RFC 4122, version 4. */
  uuid(): string
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')

// A strict reader refuses random digits without the version (4) and the variant (binary 10).
function uuidOf(a: number, b: number, c: number, d: number): string {
  const middle = hex((b & 0xffff0fff) | 0x4000)
  const clock = hex((c & 0x3fffffff) | 0x80000000)
  return [hex(a), middle.slice(0, 4), middle.slice(4), clock.slice(0, 4), clock.slice(4) + hex(d)].join('-')
}

/** Makes a source of numbers from a seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const word = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  return {
    between: (low, high) => low + (word() % (high - low + 1)),
    uuid: () => uuidOf(word(), word(), word(), word()),
  }
}

/** A number made from a text (FNV-1a), to seed what must come out the same for the same text. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A uuid that is always the same for the same name. */
export const namedId = (seed: number, name: string): string => createRandom(seed ^ seedOf(name)).uuid()
