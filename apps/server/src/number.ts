import { isSpanishNumber } from '@digame/client'

/** A number that can be rung, or why it cannot. */
export type ReadNumber =
  | { readonly number: string; readonly problem?: undefined }
  | { readonly number?: undefined; readonly problem: 'not_spanish' | 'costly' }

// 51, 80 and 90: whoever asks for a call there may be earning by it.
const costly = /^\+34(51|80|90)/

/**
 * Reads a phone number as people type it: with spaces, dots and hyphens, with `0034` or without a prefix.
 *
 * Nothing else is guessed; numbers that begin with 51, 80 or 90 are `costly`.
 */
export function readNumber(typed: string): ReadNumber {
  const digits = typed.replace(/[\s.\-\u2010-\u2013]/g, '').replace(/^00/, '+')
  const number = /^\d{9}$/.test(digits) ? `+34${digits}` : digits
  if (!isSpanishNumber(number)) return { problem: 'not_spanish' }
  return costly.test(number) ? { problem: 'costly' } : { number }
}
