import { isSpanishNumber } from '@digame/client'
import { isSpecialRate } from '@digame/internal'

/** A number that the desk calls, or the reason why it does not. */
export type ReadNumber =
  | { readonly number: string; readonly problem?: undefined }
  | { readonly number?: undefined; readonly problem: 'not_spanish' | 'costly' }

/**
 * Reads a phone number as people type it: with spaces, dots or hyphens, with `+34`, `0034` or no prefix.
 *
 * Nothing else is repaired. Numbers that begin with 51, 80 or 90 are `costly`: their owner may earn money by each call.
 */
export function readNumber(typed: string): ReadNumber {
  const digits = typed.replace(/[\s.\-\u2010-\u2013]/g, '').replace(/^00/, '+')
  const number = /^\d{9}$/.test(digits) ? `+34${digits}` : digits
  if (!isSpanishNumber(number)) return { problem: 'not_spanish' }
  return isSpecialRate(number) ? { problem: 'costly' } : { number }
}
