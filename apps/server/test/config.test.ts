import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'

const from = '+34910000001'

test('only the calling number is required', () => {
  expect(readConfig({ DIGA_FROM: from, PORT: '' })).toEqual({ host: '127.0.0.1', port: 3000, from })
})

test('every setting can be given', () => {
  const env = { DIGA_FROM: ` ${from} `, HOST: '::', PORT: '0', TRUST_PROXY: '192.0.2.1, ::1' }
  expect(readConfig(env)).toEqual({ host: '::', port: 0, from, trustProxy: ['192.0.2.1', '::1'] })
})

test.each([
  [{}, /^DIGA_FROM /],
  [{ DIGA_FROM: '612345678' }, /^DIGA_FROM /],
  [{ DIGA_FROM: from, PORT: '70000' }, /^PORT /],
  [{ DIGA_FROM: from, PORT: '80a' }, /^PORT /],
  [{ DIGA_FROM: from, TRUST_PROXY: 'anybody' }, /^TRUST_PROXY /],
])('%j is refused', (env, message) => {
  expect(() => readConfig(env as Record<string, string>)).toThrow(ConfigError)
  expect(() => readConfig(env as Record<string, string>)).toThrow(message)
})
