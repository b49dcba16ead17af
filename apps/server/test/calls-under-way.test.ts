import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDesk, type TestDesk } from './desk.ts'

let desk: TestDesk

beforeEach(async () => {
  desk = await openDesk()
})

afterEach(async () => {
  await desk[Symbol.asyncDispose]()
})

/** Places a call that this process knows nothing of, such as one of the process before it. */
const placeEarlierCall = (to_number = '+34612345678'): Promise<unknown> =>
  desk.diga.calls.create({ from_number: '+34910000001', to_number })

const listings = (): number => desk.mock.journal.filter(({ operation }) => operation === 'listCalls').length

test('a number that was called before a restart is busy until that call ends', async () => {
  await placeEarlierCall()
  const response = await desk.ask({})
  expect(response.statusCode).toBe(409)
  expect(response.json().error.code).toBe('number_busy')
  expect(desk.posts()).toBe(1)

  await desk.clock.advance(300_000)
  expect(desk.mock.calls[0]?.status).toBe('completed')
  expect((await desk.ask({})).statusCode).toBe(202)
  await desk.clock.advance(0)
  expect(desk.posts()).toBe(2)
})

test('a call to another number does not make a number busy', async () => {
  await placeEarlierCall('+34698765432')
  expect((await desk.ask({})).statusCode).toBe(202)
})

test.each([500, 429, 403])('nobody is called when the calls cannot be read (%i)', async (code) => {
  desk.mock.reply({ operation: 'listCalls', code, body: { status: 'error', message: 'SECRET' } })
  const response = await desk.ask({})
  expect(response.statusCode).toBe(503)
  expect(response.headers['retry-after']).toBe('10')
  expect(response.json().error).toEqual({
    code: 'cannot_check',
    message:
      'Ahora no podemos comprobar si ya te estamos llamando, y no hemos llamado. Inténtalo en unos minutos.',
  })
  await desk.clock.advance(9999)
  expect((await desk.ask({})).statusCode).toBe(503)
  expect(desk.mock.counts.requests).toBe(1)

  await desk.clock.advance(1)
  expect((await desk.ask({})).statusCode).toBe(202)
  await desk.clock.advance(0)
  expect(desk.posts()).toBe(1)
})

test('a silent service is waited for for five seconds', async () => {
  desk.mock.reply({ operation: 'listCalls', fault: 'silence' })
  const asked = desk.ask({})
  while (desk.mock.counts.requests === 0) await new Promise((resolve) => setImmediate(resolve))
  desk.ignoreOpenRequests()
  await desk.clock.advance(5000)
  expect((await asked).statusCode).toBe(503)
  expect(desk.posts()).toBe(0)
})

test('the account is asked once about a number, however many visitors ask for it', async () => {
  const token = await desk.token()
  const responses = await Promise.all([desk.ask({ token }), desk.ask({ token }), desk.ask({})])
  expect(responses.map(({ statusCode }) => statusCode)).toEqual([202, 202, 409])
  await desk.until(await desk.events(responses[0].json().id), 'ended')
  expect((await desk.ask({})).statusCode).toBe(202)
  expect(listings()).toBe(1)
  await desk.ask({ phone: '698765432' })
  expect(listings()).toBe(2)
})

test('numbers that are being checked count towards the open callbacks', async () => {
  await using small = await openDesk({ limits: { open: 1 } })
  const responses = await Promise.all([small.ask({}), small.ask({ phone: '698765432' })])
  expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([202, 503])
  expect(small.mock.journal.filter(({ operation }) => operation === 'listCalls')).toHaveLength(1)
})

test('a callback can be read while its number is being checked', async () => {
  const token = await desk.token()
  const id = token.split('.')[0]
  const asked = desk.ask({ token })
  while (desk.mock.counts.requests === 0) await new Promise((resolve) => setImmediate(resolve))
  const found = await desk.app.inject({ url: `/api/callbacks/${id}`, headers: { 'x-form-token': token } })
  expect((await asked).statusCode).toBe(202)
  expect(found.statusCode).toBe(200)
})

test('only the process that issued a token says that its form did not arrive', async () => {
  await using other = await openDesk()
  const [ours, theirs] = [await desk.token(), await other.token()]
  const codeOf = async (id = '', token?: string): Promise<string> => {
    const headers = token === undefined ? {} : { 'x-form-token': token }
    const response = await desk.app.inject({ url: `/api/callbacks/${id}`, headers })
    expect(response.statusCode).toBe(404)
    return response.json().error.code
  }
  expect(await codeOf(ours.split('.')[0], ours)).toBe('not_arrived')
  expect(await codeOf(theirs.split('.')[0], theirs)).toBe('not_found')
  expect(await codeOf(theirs.split('.')[0], ours)).toBe('not_found')
  expect(await codeOf(ours.split('.')[0])).toBe('not_found')
})
