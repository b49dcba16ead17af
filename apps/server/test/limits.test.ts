import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDesk, type TestDesk } from './desk.ts'

let desk: TestDesk

afterEach(async () => {
  await desk[Symbol.asyncDispose]()
})

describe('the default limits', () => {
  beforeEach(async () => {
    desk = await openDesk()
  })

  test('a visitor may ask for five callbacks an hour', async () => {
    for (let last = 1; last <= 5; last++) {
      expect((await desk.ask({ phone: `61234567${last}` })).statusCode).toBe(202)
      await desk.clock.advance(60_000)
    }
    const sixth = await desk.ask({ phone: '612345676' })
    expect(sixth.statusCode).toBe(429)
    expect(sixth.json().error.code).toBe('too_many_requests')
    expect(sixth.headers['retry-after']).toBe(String(55 * 60))
    expect(desk.posts()).toBe(5)

    await desk.clock.advance(55 * 60_000)
    expect((await desk.ask({ phone: '612345676' })).statusCode).toBe(202)
  })

  test('a form that is sent again or filled in wrongly does not count', async () => {
    const token = await desk.token()
    for (let times = 0; times < 10; times++) {
      expect((await desk.ask({ token })).statusCode).toBe(202)
      expect((await desk.ask({ phone: '1' })).statusCode).toBe(422)
    }
  })

  test('a request for a busy number does not count', async () => {
    await desk.ask({})
    for (let times = 0; times < 10; times++) expect((await desk.ask({})).statusCode).toBe(409)
    for (let last = 1; last <= 4; last++) {
      expect((await desk.ask({ phone: `61234567${last}` })).statusCode).toBe(202)
    }
    expect((await desk.ask({ phone: '612345675' })).statusCode).toBe(429)
  })

  test('a visitor with one callback left who sends two forms at once gets one', async () => {
    for (let last = 1; last <= 4; last++) await desk.ask({ phone: `61234567${last}` })
    const responses = await Promise.all([desk.ask({ phone: '612345675' }), desk.ask({ phone: '612345676' })])
    expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([202, 429])
  })

  test('a number is called at most three times an hour', async () => {
    for (let times = 0; times < 3; times++) {
      const events = await desk.events((await desk.ask({})).json().id)
      await desk.until(events, 'ended')
    }
    const fourth = await desk.ask({})
    expect(fourth.statusCode).toBe(429)
    expect(fourth.json().error.code).toBe('too_many_calls')
    expect(desk.posts()).toBe(3)
  })
})

test('retry-after is never a moment too early', async () => {
  desk = await openDesk({ limits: { perVisitor: 1 } })
  await desk.ask({})
  await desk.clock.advance(1500)
  expect((await desk.ask({ phone: '698765432' })).headers['retry-after']).toBe(String(3600 - 1))
})

test('a full desk refuses further callbacks', async () => {
  desk = await openDesk({ limits: { open: 1 } })
  const events = await desk.events((await desk.ask({})).json().id)
  const second = await desk.ask({ phone: '698765432' })
  expect(second.statusCode).toBe(503)
  expect(second.json().error.code).toBe('desk_full')
  await desk.until(events, 'ended')
  expect((await desk.ask({ phone: '698765432' })).statusCode).toBe(202)
})

test('the form of a forgotten callback still places no second call', async () => {
  desk = await openDesk({ limits: { kept: 1 } })
  const token = await desk.token()
  const { id } = (await desk.ask({ token })).json()
  await desk.until(await desk.events(id), 'ended')
  await desk.until(await desk.events((await desk.ask({ phone: '698765432' })).json().id), 'ended')
  expect((await desk.app.inject(`/api/callbacks/${id}`)).statusCode).toBe(404)

  const again = await desk.events((await desk.ask({ token })).json().id)
  await desk.until(again, 'ended')
  expect(desk.posts()).toBe(2)
})

test('visitors behind a trusted proxy are counted separately', async () => {
  desk = await openDesk({ limits: { perVisitor: 1 }, trustProxy: ['127.0.0.1'] })
  const visit = (ip: string, phone: string): ReturnType<TestDesk['ask']> =>
    desk.ask({ phone }, { 'sec-fetch-site': 'same-origin', 'x-forwarded-for': ip })
  expect((await visit('192.0.2.1', '612345671')).statusCode).toBe(202)
  expect((await visit('192.0.2.1', '612345672')).statusCode).toBe(429)
  expect((await visit('192.0.2.2', '612345673')).statusCode).toBe(202)
})
