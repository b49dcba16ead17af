import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNumber } from '../../src/plan/number.ts'

const isCallable = (number: string): boolean => /^\+34([5-9]\d{8}|400\d{6})$/.test(number)
const read = (value: unknown): string => {
  const result = readNumber(value, isCallable)
  return 'number' in result ? result.number : result.fault
}

describe('numbers as people write them', () => {
  test.each([
    ['+34612345678', '+34612345678'],
    ['612 34 56 78', '+34612345678'],
    ['612-345-678', '+34612345678'],
    ['612.345.678', '+34612345678'],
    ['0034612345678', '+34612345678'],
    ['0034 612 345 678', '+34612345678'],
    ['(+34) 91 234 56 78', '+34912345678'],
    ['(0034) 912345678', '+34912345678'],
    ['tel:+34-612-345-678', '+34612345678'],
    ['６１２３４５６７８', '+34612345678'],
    ['\u202a+34612345678\u202c', '+34612345678'],
    ['\u00a0612\u00a0345\u00a0678 ', '+34612345678'],
    ['400123456', '+34400123456'],
    ['500000001', '+34500000001'],
    ['+34 500 000 016', '+34500000016'],
    ['+34590123456', '+34590123456'],
    [612345678, '+34612345678'],
    [34612345678, '+34612345678'],
  ])('%j is %s', (text, number) => expect(read(text)).toBe(number))
})

describe('numbers changed by a spreadsheet', () => {
  test.each([
    ['34612345678', '+34612345678'],
    ["'612345678", '+34612345678'],
    ['="612345678"', '+34612345678'],
    ['=+34612345678', '+34612345678'],
    ['612345678.0', '+34612345678'],
    ['612345678,0', '+34612345678'],
    ['34612345678,00', '+34612345678'],
    ['612,345,678', '+34612345678'],
    ['34.612.345.678,00', '+34612345678'],
    ['6.12345678E8', '+34612345678'],
    ['6,12345678e+08', '+34612345678'],
    ['3,4612345678E+10', '+34612345678'],
    ['+3.4612345678E+10', '+34612345678'],
  ])('%j is read as %s', (text, number) => expect(read(text)).toBe(number))

  test.each([
    ['3,46612E+10', 'number_digits_lost'],
    ['6.12346E+08', 'number_digits_lost'],
    ['6E8', 'number_digits_lost'],
    // Either rounded, or a last digit of 0 was dropped: the two look the same.
    ['3.461234567E+10', 'number_digits_lost'],
    // This is 34661234567.8, which is not a phone number.
    ['3,46612345678E+10', 'number_unreadable'],
    ['61234567.8', 'number_unreadable'],
    ['61234567.0', 'number_not_callable'],
    [61234567.8, 'number_unreadable'],
    ['#¡VALOR!', 'number_unreadable'],
  ])('%j is refused: %s', (text, reason) => expect(read(text)).toBe(reason))
})

describe('numbers that are never called', () => {
  test.each([
    ['', 'number_missing'],
    ['  ', 'number_missing'],
    [undefined, 'number_missing'],
    [null, 'number_missing'],
    [{}, 'number_unreadable'],
    [true, 'number_unreadable'],
    ['no tiene', 'number_unreadable'],
    ['llamar 612345678 tarde', 'number_unreadable'],
    ['612345678 llamar tarde', 'number_unreadable'],
    ['612 FLORES', 'number_unreadable'],
    ['612345678 / 912345678', 'number_unreadable'],
    ['612345678 912345678', 'number_unreadable'],
    ['612345678²', 'number_unreadable'],
    ['912345678 ext 3', 'number_extension'],
    ['912345678 x3', 'number_extension'],
    ['912345678;ext=12', 'number_extension'],
    ['+44 7911 123456', 'number_foreign'],
    ['+350 20012345', 'number_foreign'],
    ['+376 312345', 'number_foreign'],
    ['0033 612345678', 'number_foreign'],
    ['447911123456', 'number_not_callable'],
    ['800123456', 'number_special'],
    ['806123456', 'number_special'],
    ['900123456', 'number_special'],
    ['902 123 456', 'number_special'],
    ['+34905123456', 'number_special'],
    ['510123456', 'number_special'],
    ['112', 'number_not_callable'],
    ['61234567', 'number_not_callable'],
    ['6123456789', 'number_not_callable'],
    ['+34112345678', 'number_not_callable'],
  ])('%j: %s', (value, reason) => expect(read(value)).toBe(reason))
})

const callable = fc
  .oneof(
    fc.integer({ min: 500_000_000, max: 999_999_999 }),
    fc.integer({ min: 400_000_000, max: 400_999_999 }),
  )
  .map(String)
  .filter((digits) => !/^(80|90|51)/.test(digits))

const shapes: ((digits: string) => string)[] = [
  (d) => `+34${d}`,
  (d) => d,
  (d) => `34${d}`,
  (d) => `0034${d}`,
  (d) => `'+34${d}`,
  (d) => `${d}.0`,
  (d) => `${d},0`,
  (d) => `+34 ${d.slice(0, 3)} ${d.slice(3, 5)} ${d.slice(5, 7)} ${d.slice(7)}`,
  (d) => `${d.slice(0, 2)} ${d.slice(2, 5)} ${d.slice(5, 7)} ${d.slice(7)}`,
  (d) => `${d[0]},${d.slice(1)}E+8`,
  (d) => `3.4${d}E+10`,
]

test('every callable number is read unchanged, however it is written', () => {
  fc.assert(
    fc.property(callable, fc.constantFrom(...shapes), (digits, shape) => {
      expect(read(shape(digits))).toBe(`+34${digits}`)
    }),
    { numRuns: 2000 },
  )
})

test('a number with any digit lost is never read', () => {
  fc.assert(
    fc.property(callable, fc.integer({ min: 0, max: 7 }), (digits, kept) => {
      expect(read(`${digits[0]},${digits.slice(1, 1 + kept)}E+8`)).toBe('number_digits_lost')
    }),
  )
})

test('any text gives no number, or a callable one whose digits are in the text in that order', () => {
  const scribble = fc.string({
    unit: fc.constantFrom(..."0123456789+ .,-()Ee'xáñ=".split('')),
    maxLength: 18,
  })
  fc.assert(
    fc.property(scribble, (text) => {
      const result = readNumber(text, isCallable)
      if ('fault' in result) return
      expect(isCallable(result.number)).toBe(true)
      expect(text.replace(/\D/g, '')).toContain(result.number.slice(3))
    }),
    { numRuns: 5000 },
  )
})
