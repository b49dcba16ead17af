import { describe, expect, test } from 'vitest'
import { readNumber } from '../src/number.ts'

describe('numbers as people type them', () => {
  test.each([
    ['612345678', '+34612345678'],
    ['612 34 56 78', '+34612345678'],
    ['612.345.678', '+34612345678'],
    ['612-345-678', '+34612345678'],
    ['612‑345–678', '+34612345678'],
    ['612\u00a0345\u00a0678', '+34612345678'],
    [' +34 912 345 678 ', '+34912345678'],
    ['0034 912 345 678', '+34912345678'],
    ['+34400123456', '+34400123456'],
    ['+34500000001', '+34500000001'],
  ])('%j is %s', (typed, number) => {
    expect(readNumber(typed)).toEqual({ number })
  })

  test.each([
    '',
    '61234567',
    '6123456789',
    '112',
    '34612345678',
    '+33612345678',
    '0033612345678',
    '00612345678',
    '412345678',
    '+34 012 345 678',
    '612345678 ext 2',
    '(612) 345 678',
    '+346123456٧٨',
  ])('%j is not Spanish', (typed) => {
    expect(readNumber(typed)).toEqual({ problem: 'not_spanish' })
  })

  test.each(['803123456', '902 123 456', '+34 905 12 34 56', '800123456', '0034 518 888 888'])(
    '%j is costly',
    (typed) => {
      expect(readNumber(typed)).toEqual({ problem: 'costly' })
    },
  )
})
