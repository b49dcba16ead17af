import { createMock, type Mock, testNumbers } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { direct, lead, noon, post, rejection, socket, type Way } from './http.ts'

let mock: Mock

beforeEach(async () => {
  mock = await createMock({ clock: createTestClock({ start: noon }) })
})
afterEach(() => mock.close())

it('the test numbers are Spanish and in no assigned range', () => {
  for (const number of Object.keys(testNumbers)) expect(number).toMatch(/^\+34500\d{6}$/)
})

describe.each<[string, (mock: Mock) => Way | Promise<Way>]>([
  ['mock.fetch', direct],
  ['a socket', socket],
])('over %s', (_, wayTo) => {
  const call = async (last: string, init?: RequestInit) =>
    post(await wayTo(mock), { ...lead, to_number: `+345000000${last}` }, init)

  it('010 is placed and resets the connection', async () => {
    expect((await rejection(call('10'))).cause).toMatchObject({ code: 'ECONNRESET' })
    expect(mock.calls).toHaveLength(1)
  })

  it('011 is placed and gets 500', async () => {
    const response = await call('11')
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ error_code: 'INTERNAL_SERVER_ERROR' })
    expect(mock.calls).toHaveLength(1)
  })

  it('012 is placed and gets no response', async () => {
    const waiting = new AbortController()
    const rejected = rejection(call('12', { signal: waiting.signal }))
    while (mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    waiting.abort(new Error('deadline'))
    expect((await rejected).message).toBe('deadline')
  })

  it('013 is placed and gets half of a body', async () => {
    const response = await call('13')
    expect(response.status).toBe(201)
    expect((await rejection(response.json())).message).toBe('terminated')
    expect(mock.calls).toHaveLength(1)
  })

  it('014 refuses each request once', async () => {
    const first = await call('14')
    expect(first.status).toBe(429)
    expect(first.headers.get('retry-after')).toBe('1')
    expect(mock.calls).toHaveLength(0)
    const second = await call('14')
    expect(second.status).toBe(201)
    expect(mock.calls).toHaveLength(1)
    expect((await call('14')).status).toBe(429)
  })

  it('015 is not placed and resets the connection', async () => {
    expect((await rejection(call('15'))).cause).toMatchObject({ code: 'ECONNRESET' })
    expect(mock.calls).toHaveLength(0)
    expect(mock.journal[0]).toMatchObject({ fault: 'reset_after', callId: undefined })
  })

  it('016 is not placed and gets 500', async () => {
    expect((await call('16')).status).toBe(500)
    expect(mock.calls).toHaveLength(0)
  })
})

it('014 tells requests apart by their body', async () => {
  const way = direct(mock)
  const ask = async (name: string) =>
    (await post(way, { ...lead, to_number: '+34500000014', dynamic_variables: { name } })).status
  expect([await ask('a'), await ask('b'), await ask('b'), await ask('a')]).toEqual([429, 429, 201, 201])
})
