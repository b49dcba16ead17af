import { createMock, type Mock } from '@digame/mock'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** The code under test: it must not place a second call when the response to the first is lost. */
async function callOnce(fetch: typeof globalThis.fetch, to_number: string): Promise<'placed' | 'unsure'> {
  try {
    const response = await fetch('https://api.diga.io/v1/call/', {
      method: 'POST',
      headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
      body: JSON.stringify({ from_number: '+34910000001', to_number }),
    })
    return response.ok ? 'placed' : 'unsure'
  } catch {
    return 'unsure'
  }
}

let mock: Mock

beforeEach(async () => {
  mock = await createMock()
})

afterEach(async () => {
  mock.expectNoViolations()
  await mock.close()
})

test('a call is placed', async () => {
  expect(await callOnce(mock.fetch, '+34612345678')).toBe('placed')
  expect(mock.calls).toMatchObject([{ status: 'dialing', contact: { identifier: '+34612345678' } }])
})

test('a lost response is not a lost call', async () => {
  expect(await callOnce(mock.fetch, '+34500000010')).toBe('unsure')
  expect(mock.calls).toHaveLength(1)
})

test('a failing gateway places no call', async () => {
  mock.reply({ code: 502, body: '<h1>Bad gateway</h1>', headers: { 'content-type': 'text/html' } })
  expect(await callOnce(mock.fetch, '+34612345678')).toBe('unsure')
  expect(mock.calls).toHaveLength(0)
})
