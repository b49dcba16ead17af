import { isSpecialRate } from '@digame/internal'
import { expect, test } from 'vitest'

test.each(['+34803123456', '+34900123456', '+34902123456', '+34512345678'])(
  '%s has a special rate',
  (number) => {
    expect(isSpecialRate(number)).toBe(true)
  },
)

test.each([
  '+34612345678',
  '+34912345678',
  '+34812345678',
  '+34500000001',
  '+34400123456',
  '+35180312345',
  '+3480312345',
])('%s does not', (number) => {
  expect(isSpecialRate(number)).toBe(false)
})
