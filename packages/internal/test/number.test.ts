import { isSpecialRate } from '@digame/internal'
import { expect, test } from 'vitest'

test.each(['+34803123456', '+34900123456', '+34902123456', '+34510123456'])(
  '%s is special rate',
  (number) => {
    expect(isSpecialRate(number)).toBe(true)
  },
)

test.each(['+34612345678', '+34912345678', '+34812345678', '+34400123456', '+3490012345'])(
  '%s is not special rate',
  (number) => {
    expect(isSpecialRate(number)).toBe(false)
  },
)
