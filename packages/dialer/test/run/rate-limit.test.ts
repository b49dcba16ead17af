import { createTestClock } from '@digame/test-support'
import { expect, test } from 'vitest'
import { createRateLimit } from '../../src/run/rate-limit.ts'

const limitOf = (perMinute?: number) => {
  const clock = createTestClock()
  return { clock, limit: createRateLimit({ clock, perMinute, random: () => 1 }) }
}

test('without a limit every call may go out', () => {
  const { limit } = limitOf()
  limit.consume(1000)
  expect([limit.free(), limit.waitMs()]).toEqual([Number.POSITIVE_INFINITY, 0])
})

test('a call that went out counts for a minute', async () => {
  const { clock, limit } = limitOf(2)
  limit.consume(1)
  await clock.advance(20_000)
  limit.consume(1)
  expect([limit.free(), limit.waitMs()]).toEqual([0, 40_000])
  await clock.advance(40_000)
  expect(limit.free()).toBe(1)
})

test('a call that did not go out does not count', () => {
  const { limit } = limitOf(2)
  limit.consume(2)
  limit.refund(1)
  expect(limit.free()).toBe(1)
})

test('runners share the calls a minute, even if there are more runners than calls', async () => {
  const { clock, limit } = limitOf(4)
  limit.share(2)
  expect(limit.free()).toBe(2)
  limit.share(8)
  limit.consume(1)
  await clock.advance(119_999)
  expect(limit.free()).toBe(0)
  await clock.advance(1)
  expect(limit.free()).toBe(1)
})

test('each further trouble doubles the wait, up to a minute, until the service works again', async () => {
  const { clock, limit } = limitOf()
  const waits: number[] = []
  for (let trouble = 0; trouble < 8; trouble++) {
    waits.push(limit.backOff())
    await clock.advance(60_000)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  limit.succeeded()
  expect(limit.backOff()).toBe(1000)
})

test('a call over the limit after each wait doubles the next one, until a call is dialled', async () => {
  const { clock, limit } = limitOf()
  const waits: number[] = []
  for (let hit = 0; hit < 4; hit++) {
    // The service accepts the next call before it ends it.
    limit.succeeded()
    waits.push(limit.hitConcurrencyLimit())
    expect(limit.free()).toBe(0)
    await clock.advance(60_000)
  }
  expect(waits).toEqual([5000, 10_000, 20_000, 40_000])
  expect(limit.hitConcurrencyLimit()).toBe(60_000)
  await clock.advance(20_000)
  expect(limit.hitConcurrencyLimit()).toBe(40_000)
  expect(limit.waitMs()).toBe(40_000)
  limit.dialled()
  expect(limit.waitMs()).toBe(0)
  expect(limit.hitConcurrencyLimit()).toBe(5000)
  limit.backOff()
  limit.dialled()
  expect(limit.waitMs()).toBe(1000)
})

test('a delay that the service names is kept', () => {
  const { limit } = limitOf()
  limit.backOff(90_000)
  limit.backOff(5000)
  expect([limit.free(), limit.waitMs()]).toEqual([0, 90_000])
})
