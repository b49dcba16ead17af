/**
 * The mock's numbers whose calls end in every way, and whose responses are lost in every way. Without the one that makes
 * the service refuse each new body.
 */
const testNumbers = [1, 2, 3, 4, 10, 11, 12, 13, 15, 16].map((n) => `+345000000${String(n).padStart(2, '0')}`)

/** The number of the nth person who answers and talks. */
export const talkerNumber = (n: number): string => `+346${String(10_000_000 + n)}`

/** The numbers of `count` people who answer and talk. */
export const talkers = (count: number): string[] => Array.from({ length: count }, (_, n) => talkerNumber(n))

/** The numbers of `count` people; the first are the mock's test numbers. */
export const people = (count: number): string[] => [...testNumbers, ...talkers(count)].slice(0, count)

/** The numbers whose requests never become calls. */
export const neverMade: readonly string[] = ['+34500000015', '+34500000016']
