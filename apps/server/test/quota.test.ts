import { expect, test } from 'vitest'
import { createQuota, visitorOf } from '../src/quota.ts'

test('a key has a number of uses in any period of time', () => {
  let now = 0
  const quota = createQuota(2, 1000, { now: () => now })
  expect(quota.wait('ana')).toBe(0)
  quota.consume('ana')
  now = 600
  expect(quota.wait('ana')).toBe(0)
  quota.consume('ana')
  now = 700
  expect(quota.wait('ana')).toBe(300)
  expect(quota.wait('eva')).toBe(0)
  now = 1000
  expect(quota.wait('ana')).toBe(0)
  quota.consume('ana')
  expect(quota.wait('ana')).toBe(600)
})

test('the key that was used longest ago is forgotten', () => {
  const quota = createQuota(1, 1000, { now: () => 0 })
  for (let key = 0; key <= 10_000; key++) quota.consume(String(key))
  expect(quota.wait('10000')).toBe(1000)
  expect(quota.wait('0')).toBe(0)
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::1', '0:0:0:0:'],
  ['2001:db8::1', '2001:db8:0:0:'],
  ['2001:0db8:0001:0002:aaaa:bbbb:cccc:dddd', '2001:db8:1:2:'],
  ['2001:db8:1:2::9', '2001:db8:1:2:'],
  ['fe80::a:b:c:d', 'fe80:0:0:0:'],
])('%s counts as %s', (ip, visitor) => {
  expect(visitorOf(ip)).toBe(visitor)
})
