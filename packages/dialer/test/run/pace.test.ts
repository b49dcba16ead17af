import { expect, test } from 'vitest'
import { createPace } from '../../src/run/rate-limit.ts'
import { createClock } from './support/clock.ts'

const pace = (perMinute?: number) => {
  const clock = createClock()
  return { clock, pace: createPace({ clock, perMinute, random: () => 1 }) }
}

test('without a limit everything may go', () => {
  const { pace: unlimited } = pace()
  unlimited.took(1000)
  expect([unlimited.free(), unlimited.waitMs()]).toEqual([Number.POSITIVE_INFINITY, 0])
})

test('what went out counts for a minute', async () => {
  const { clock, pace: limited } = pace(2)
  limited.took(1)
  await clock.pass(20_000)
  limited.took(1)
  expect([limited.free(), limited.waitMs()]).toEqual([0, 40_000])
  await clock.pass(40_000)
  expect(limited.free()).toBe(1)
})

test('what did not go out does not count', () => {
  const { pace: limited } = pace(2)
  limited.took(2)
  limited.gaveBack(1)
  expect(limited.free()).toBe(1)
})

test('runners share what is allowed, also where there are more of them than calls', async () => {
  const { clock, pace: limited } = pace(4)
  limited.share(2)
  expect(limited.free()).toBe(2)
  limited.share(8)
  limited.took(1)
  await clock.pass(119_999)
  expect(limited.free()).toBe(0)
  await clock.pass(1)
  expect(limited.free()).toBe(1)
})

test('trouble after trouble doubles the wait up to a minute, until all is well', async () => {
  const { clock, pace: limited } = pace()
  const waits: number[] = []
  for (let trouble = 0; trouble < 8; trouble++) {
    waits.push(limited.slow())
    await clock.pass(60_000)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  limited.well()
  expect(limited.slow()).toBe(1000)
})

test('what the service asks for is waited for', () => {
  const { pace: limited } = pace()
  limited.slow(90_000)
  limited.slow(5000)
  expect([limited.free(), limited.waitMs()]).toEqual([0, 90_000])
})
