/**
 * Whether the service would ring this number: `+34` and nine digits that begin with 5 to 9, or with 400.
 *
 * The same rule as the spec's pattern of `to_number`. Spaces, `0034` and a missing `+34` are not accepted.
 */
export function isSpanishNumber(value: string): boolean {
  return /^\+34([5-9]\d{8}|400\d{6})$/.test(value)
}

/**
 * Whether a Spanish number belongs to a range that neither the dialer nor the example server ever calls: 80x (premium rate
 * and free), 90x (free, shared and special cost) and 51x (a company's own network).
 *
 * Source: Spain's national numbering plan, Real Decreto 2296/2004.
 */
export const isSpecialRate = (number: string): boolean => /^\+34(80|90|51)\d{7}$/.test(number)

/** Whether a text is a phone number in E.164: a plus sign and 7 to 15 digits, the first of them not 0. */
export const isE164 = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)

/**
 * Hides the middle of a phone number, for logs: `+34612345678` becomes `+346******78`.
 *
 * Fewer than seven characters are hidden whole.
 */
export function maskNumber(number: string): string {
  return number.length < 7
    ? '*'.repeat(number.length)
    : number.slice(0, 4) + '*'.repeat(number.length - 6) + number.slice(-2)
}
