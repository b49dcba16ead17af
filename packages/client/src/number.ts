import { maskNumber } from '@digame/internal'

// A plus sign (%2B in a URL) and digits, nine or more digits that stand alone, or three groups of three. Dates, uuids and
// amounts of money do not match.
const numbersInText =
  /(?:\+|%2B)\d[\d ().-]{5,}\d|(?<![\w-])(?:\d(?:[ .]?\d){8,14}|\d{3}-\d{3}-\d{3})(?![\w-])/gi

/** Masks every phone number and API key in a text that comes from outside, such as an error message of the service. */
export function maskNumbers(text: string): string {
  return text.replace(numbersInText, maskNumber).replace(/\bsk-[\w-]{8,}/g, 'sk-…')
}
