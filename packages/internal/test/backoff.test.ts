import { backoff, exponential, fullBackoff } from '@digame/internal'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test.each([
  [0, 100],
  [1, 200],
  [2, 400],
  [3, 500],
  [1000, 500],
])('the wait before retry %i is at most %i ms', (retry, ms) => {
  expect(backoff(retry, { firstMs: 100, maxMs: 500, random: () => 1 })).toBe(ms)
})

test('without jitter a wait is exactly its longest', () => {
  expect(exponential(2, { firstMs: 100, maxMs: 500 })).toBe(400)
  expect(exponential(9, { firstMs: 100, maxMs: 500 })).toBe(500)
})

test('full jitter spreads a wait from nothing, equal jitter from half', () => {
  const options = { firstMs: 100, maxMs: 500, random: () => 0 }
  expect(fullBackoff(0, options)).toBe(0)
  expect(backoff(0, options)).toBe(50)
})

test('a wait is never longer than its maximum, and never negative', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (retry, firstMs, maxMs, at) => {
        const options = { firstMs, maxMs, random: () => at }
        return [backoff, fullBackoff].every(
          (wait) => wait(retry, options) >= 0 && wait(retry, options) <= maxMs,
        )
      },
    ),
  )
})
