import assert from 'node:assert/strict'
import test from 'node:test'
import { createMock } from '@digame/mock'

test('a call is followed to its end without waiting', async () => {
  let now = Date.parse('2026-07-22T12:00:00Z')
  const clock = { now: () => now, after: () => () => {} }
  const mock = await createMock({ clock })
  const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }

  const body = JSON.stringify({ from_number: '+34910000001', to_number: '+34500000001' })
  await mock.fetch('https://api.diga.io/v1/call/', { method: 'POST', headers, body })
  assert.equal(mock.calls[0]?.status, 'dialing')

  now += 60_000
  assert.equal(mock.calls[0]?.status, 'no_answer')
  mock.expectNoViolations()
  await mock.close()
})
