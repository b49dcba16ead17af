import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDesk, type TestDesk } from './desk.ts'

let desk: TestDesk

beforeEach(async () => {
  desk = await openDesk()
})

afterEach(async () => {
  await desk[Symbol.asyncDispose]()
})

test('a callback goes from sending to its outcome', async () => {
  const response = await desk.ask({})
  const { id } = response.json()
  expect(response.statusCode).toBe(202)
  expect(response.headers['location']).toBe(`/api/callbacks/${id}`)
  expect(response.json()).toEqual({ id, state: 'sending' })

  const events = await desk.events(id)
  await desk.until(events, 'ended')
  await events.ended
  const duration = desk.mock.calls[0]?.duration
  const ended = { id, state: 'ended', outcome: 'completed', duration }
  expect(events.states).toEqual([
    { id, state: 'sending' },
    { id, state: 'placed', status: 'dialing' },
    { id, state: 'placed', status: 'in_progress' },
    ended,
  ])
  expect(duration).toBeGreaterThan(0)
  expect((await desk.app.inject(`/api/callbacks/${id}`)).json()).toEqual(ended)
  expect(desk.mock.journal.find(({ method }) => method === 'POST')?.body).toEqual({
    from_number: '+34910000001',
    to_number: '+34612345678',
    dynamic_variables: { name: 'Ana', digame_key: id },
  })
})

test.each([
  ['+34500000001', 'no_answer'],
  ['+34500000002', 'failed'],
  ['+34500000003', 'transferred'],
  ['+34500000004', 'voicemail'],
])('%s ends as %s', async (phone, outcome) => {
  const { id } = (await desk.ask({ phone })).json()
  const events = await desk.events(id)
  await desk.until(events, 'ended')
  expect(events.states.at(-1)).toMatchObject({ state: 'ended', outcome })
})

test('a waiting call shows the queue', async () => {
  const { id } = (await desk.ask({ phone: '+34500000005' })).json()
  const events = await desk.events(id)
  await desk.until(events, 'ended')
  expect(events.states.map(({ status }) => status)).toEqual([
    undefined,
    'in_queue',
    'dialing',
    'in_progress',
    undefined,
  ])
})

test('submitting a form twice at the same time places one call', async () => {
  const token = await desk.token()
  const responses = await Promise.all([desk.ask({ token }), desk.ask({ token })])
  expect(responses.map(({ statusCode }) => statusCode)).toEqual([202, 202])
  expect(responses[0].json().id).toBe(responses[1].json().id)
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(1)
})

test('a form sent again shows the current state of its call', async () => {
  const token = await desk.token()
  const { id } = (await desk.ask({ token })).json()
  const events = await desk.events(id)
  await desk.until(events, 'ended')
  expect((await desk.ask({ token })).json()).toMatchObject({ id, state: 'ended', outcome: 'completed' })
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(1)
})

test('a form sent again after a lost response places one call, which is found', async () => {
  const form = { token: await desk.token(), phone: '+34500000010' }
  const { id } = (await desk.ask(form)).json()
  expect((await desk.ask(form)).json()).toEqual({ id, state: 'sending' })
  const events = await desk.events(id)
  await desk.until(events, 'ended')
  await desk.ask(form)
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(1)
  expect(events.states.at(-1)).toMatchObject({ outcome: 'completed' })
})

test('a form is valid for one number only', async () => {
  const token = await desk.token()
  await desk.ask({ token })
  const other = await desk.ask({ token, phone: '698765432' })
  expect(other.statusCode).toBe(409)
  expect(other.json().error.code).toBe('form_used')
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(1)
})

test('two browsers cannot ring one number at once', async () => {
  const responses = await Promise.all([desk.ask({}), desk.ask({ name: 'Eva', phone: '0034 612345678' })])
  const refused = responses.find(({ statusCode }) => statusCode === 409)?.json()
  expect(refused.error).toEqual({
    code: 'number_busy',
    message: 'Ya hay una llamada en marcha a este número. Espera a que termine.',
  })
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(1)
})

test('a number is free again after its call has ended', async () => {
  const events = await desk.events((await desk.ask({})).json().id)
  await desk.until(events, 'ended')
  expect((await desk.ask({})).statusCode).toBe(202)
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(2)
})

test('a call that was certainly not made frees its number', async () => {
  desk.mock.reply({ operation: 'placeCall', code: 412 })
  const token = await desk.token()
  const { id } = (await desk.ask({ token })).json()
  const events = await desk.events(id)
  await events.ended
  expect(events.states.at(-1)).toEqual({ id, state: 'refused' })

  expect((await desk.ask({ token })).json()).toEqual({ id, state: 'refused' })
  await desk.clock.advance(1000)
  expect(desk.posts()).toBe(1)
  expect((await desk.ask({})).statusCode).toBe(202)
})

test.each(['+34500000015', '+34500000016'])('a call in doubt (%s) keeps its number', async (phone) => {
  const token = await desk.token()
  const { id } = (await desk.ask({ token, phone })).json()
  const events = await desk.events(id)
  await desk.until(events, 'unknown')
  await events.ended
  expect((await desk.ask({ token, phone })).json()).toEqual({ id, state: 'unknown' })
  expect((await desk.ask({ phone })).statusCode).toBe(409)
  expect(desk.posts()).toBe(1)

  await desk.clock.advance(900_000)
  expect((await desk.ask({ phone })).statusCode).toBe(202)
})

test('a call that cannot be followed keeps its number', async () => {
  desk.mock.reply({ operation: 'getCall', code: 404 })
  const { id } = (await desk.ask({})).json()
  const events = await desk.events(id)
  await desk.until(events, 'out_of_sight')
  expect((await desk.ask({})).statusCode).toBe(409)
  expect(desk.posts()).toBe(1)
})

test('a call that goes on out of sight keeps its number until it has ended', async () => {
  await using small = await openDesk({ limits: { followMs: 1000, holdMs: 1000 } })
  const events = await small.events((await small.ask({})).json().id)
  await small.until(events, 'out_of_sight')
  await small.clock.advance(1000)
  expect(small.mock.calls[0]?.end_time).toBeNull()
  const refused = await small.ask({})
  expect(refused.statusCode).toBe(409)
  expect(refused.json().error.code).toBe('number_busy')

  await small.clock.advance(300_000)
  expect((await small.ask({})).statusCode).toBe(202)
  await small.clock.advance(0)
  expect(small.posts()).toBe(2)
})

test('a call that never ends is followed for a limited time', async () => {
  await using small = await openDesk({ limits: { followMs: 5000 } })
  const events = await small.events((await small.ask({})).json().id)
  await small.clock.advance(5000)
  await events.ended
  expect(events.states.at(-1)).toMatchObject({ state: 'out_of_sight' })
})

test('messages of the service never reach the visitor', async () => {
  desk.mock.reply({ operation: 'placeCall', code: 401, body: { status: 'error', message: 'bad key SECRET' } })
  const events = await desk.events((await desk.ask({})).json().id)
  await events.ended
  expect(events.text).toContain('refused')
  expect(events.text).not.toMatch(/SECRET|\b401\b|612345678|345678/)
})
