/** Numbers whose calls end in every way there is, and whose answers get lost in every way; not the one that refuses each new body. */
const testNumbers = [1, 2, 3, 4, 10, 11, 12, 13, 15, 16].map((n) => `+345000000${String(n).padStart(2, '0')}`)

/** Somebody who answers and talks. */
export const numberOf = (n: number): string => `+346${String(10_000_000 + n)}`

/** So many people who answer and talk. */
export const talkers = (count: number): string[] => Array.from({ length: count }, (_, n) => numberOf(n))

/** So many people, some of whom answer in special ways. */
export const people = (count: number): string[] => [...testNumbers, ...talkers(count)].slice(0, count)

/** Those whose requests never become calls. */
export const neverMade: readonly string[] = ['+34500000015', '+34500000016']
