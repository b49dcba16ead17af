import { isSpecialRate } from '@digame/internal'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Why a number is not planned. */
export type NumberFault =
  | 'number_missing'
  | 'number_unreadable'
  | 'number_digits_lost'
  | 'number_extension'
  | 'number_foreign'
  | 'number_special'
  | 'number_not_callable'

/** A number in E.164, or why it is not planned. */
export type ReadNumber = { readonly number: string } | { readonly fault: NumberFault }

const fault = (reason: NumberFault): ReadNumber => ({ fault: reason })

// Zero-width characters and direction marks come along when a number is copied from a contact or a page.
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/** Removes what surrounds the digits for a spreadsheet, a link or a reader. */
function stripDecoration(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/[\u00a0\u2000-\u200a\u202f\u3000\t]/g, ' ')
    .trim()
    .replace(/^="(.*)"$/, '$1')
    .replace(/^=/, '')
    .replace(/^['’`´]+/, '')
    .replace(/^tel:\s*/i, '')
    .replace(/^\(\s*((?:\+|00)\d{1,3})\s*\)/, '$1 ')
    .trim()
}

const scientific = /^(\+?)(\d+)(?:[.,](\d*))?e\+?(\d{1,2})$/i
const decimal = /^(\+?\d{5,})[.,](\d+)$/
const grouped = /^(\+?\d{1,3}(?:([.,])\d{3})(?:\2\d{3})+)(?:[.,]0+)?$/

/**
 * Undoes what a spreadsheet does to a phone number that it treats as a quantity, if no digit was lost.
 *
 * `3,4612345678E+10` has all eleven digits; `3,46123E+10` has lost five, and `3.461234567E+10` may have been rounded.
 */
function undoSpreadsheet(text: string): ReadNumber {
  const power = scientific.exec(text)
  if (power) {
    const [, plus = '', whole = '', fraction = '', exponent = ''] = power
    if (fraction.length < Number(exponent)) return fault('number_digits_lost')
    if (fraction.length > Number(exponent)) return fault('number_unreadable')
    return { number: plus + whole + fraction }
  }
  const parts = decimal.exec(text)
  if (parts) {
    const [, whole = '', fraction = ''] = parts
    return /^0+$/.test(fraction) ? { number: whole } : fault('number_unreadable')
  }
  const groups = grouped.exec(text)
  return { number: groups ? (groups[1] ?? '').replace(/[.,]/g, '') : text }
}

const checkCallable = (number: string, isCallable: (number: string) => boolean): ReadNumber => {
  if (isSpecialRate(number)) return fault('number_special')
  return isCallable(number) ? { number } : fault('number_not_callable')
}

/**
 * Reads a number as people and spreadsheets write it, and returns it in E.164.
 *
 * libphonenumber parses it. Extensions, foreign numbers and special-rate numbers (80x, 90x, 51x) are refused here; for all
 * others the port decides (`isCallable`). No digit is ever guessed: a number that has lost one is refused.
 */
export function readNumber(value: unknown, isCallable: (number: string) => boolean): ReadNumber {
  if (value === undefined || value === null) return fault('number_missing')
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return fault('number_unreadable')
  if (typeof value !== 'string' && typeof value !== 'number') return fault('number_unreadable')
  const text = stripDecoration(String(value))
  if (text === '') return fault('number_missing')
  const whole = undoSpreadsheet(text)
  if ('fault' in whole) return whole
  const parsed = parsePhoneNumberFromString(whole.number, { defaultCountry: 'ES', extract: false })
  if (!parsed)
    return isCallable(whole.number) ? checkCallable(whole.number, isCallable) : fault('number_unreadable')
  if (parsed.ext !== undefined) return fault('number_extension')
  // libphonenumber reads letters as the keys of a telephone.
  if (/\p{L}/u.test(whole.number)) return fault('number_unreadable')
  if (parsed.countryCallingCode !== '34') return fault('number_foreign')
  return checkCallable(parsed.number, isCallable)
}
