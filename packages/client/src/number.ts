/**
 * Whether the service would ring this number: `+34` and nine digits that begin with 5 to 9, or with 400.
 *
 * The same rule as the spec's pattern of `to_number`. Spaces, `0034` and a missing `+34` are not accepted.
 */
export function isSpanishNumber(value: string): boolean {
  return /^\+34([5-9]\d{8}|400\d{6})$/.test(value)
}

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

// A plus (in a URL, %2B) and digits, nine digits and more that stand alone, or three by three; dates, uuids and money are left as they are.
const numbersInText =
  /(?:\+|%2B)\d[\d ().-]{5,}\d|(?<![\w-])(?:\d(?:[ .]?\d){8,14}|\d{3}-\d{3}-\d{3})(?![\w-])/gi

/** Masks every phone number inside a text of somebody else's, such as an error message of the service. */
export function maskNumbers(text: string): string {
  return text.replace(numbersInText, maskNumber).replace(/\bsk-[\w-]{8,}/g, 'sk-…')
}
