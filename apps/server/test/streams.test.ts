import { createTestClock } from '@digame/test-support'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCallback } from '../src/callback.ts'
import { createStreams } from '../src/streams.ts'
import { openDesk, type TestDesk } from './desk.ts'

let desk: TestDesk

beforeEach(async () => {
  desk = await openDesk()
})

afterEach(async () => {
  await desk[Symbol.asyncDispose]()
})

const ask = async (): Promise<string> => (await desk.ask({})).json().id

test('a stream consists of events and is neither stored nor buffered', async () => {
  const { status, headers } = await desk.events(await ask())
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
})

test('a reader that reconnects gets what it missed', async () => {
  const id = await ask()
  const first = await desk.events(id)
  await desk.until(first, 'in_progress')
  const back = await desk.events(id, { 'last-event-id': '2' })
  await desk.until(back, 'ended')
  expect(first.ids).toEqual([1, 2, 3, 4])
  expect(back.ids).toEqual([3, 4])
})

test('a late reader gets every change', async () => {
  const id = await ask()
  await desk.until(await desk.events(id), 'ended')
  const late = await desk.events(id, { 'last-event-id': 'nonsense' })
  await late.ended
  expect(late.ids).toEqual([1, 2, 3, 4])
})

test('a reader that has every change gets 204, so it does not reconnect', async () => {
  const id = await ask()
  await desk.until(await desk.events(id), 'ended')
  expect((await desk.events(id, { 'last-event-id': '4' })).status).toBe(204)
})

test('many readers cause no more requests than one', async () => {
  const id = await ask()
  const readers = await Promise.all(Array.from({ length: 20 }, () => desk.events(id)))
  await desk.until(readers[0] as (typeof readers)[0], 'ended')
  expect(new Set(readers.map(({ ids }) => ids.join())).size).toBe(1)
  const reads = desk.mock.journal.filter(({ method }) => method === 'GET').length

  await using alone = await openDesk()
  await alone.until(await alone.events((await alone.ask({})).json().id), 'ended')
  expect(reads).toBe(alone.mock.journal.filter(({ method }) => method === 'GET').length)
})

test('a callback has at most twenty readers, and one that leaves makes room', async () => {
  const id = await ask()
  const readers = await Promise.all(Array.from({ length: 20 }, () => desk.events(id)))
  expect((await desk.events(id)).status).toBe(429)
  readers[0]?.leave()
  await readers[0]?.ended
  await desk.clock.advance(0)
  expect((await desk.events(id)).status).toBe(200)
})

test('a silent stream sends heartbeats', async () => {
  const { id } = (await desk.ask({ phone: '+34500000001' })).json()
  const events = await desk.events(id)
  await desk.clock.advance(14_999)
  expect(events.text).not.toContain('\n:\n')
  await desk.clock.advance(1)
  expect(events.text.split('\n:\n')).toHaveLength(2)
  await desk.clock.advance(15_000)
  expect(events.text.split('\n:\n')).toHaveLength(3)
})

test('a reader that takes nothing is dropped at the next heartbeat', async () => {
  const clock = createTestClock()
  const callback = createCallback('id', '+34612345678')
  const stream = createStreams(clock, { streams: 1, heartbeatMs: 15_000 }).open(callback, 0)
  await clock.advance(14_999)
  expect(stream.destroyed).toBe(false)
  await clock.advance(1)
  expect(stream.destroyed).toBe(true)
  expect(callback.listeners).toBe(0)
})

test('a callback remembers its newest hundred changes', () => {
  const callback = createCallback('id', '+34612345678')
  for (let times = 0; times < 150; times++) callback.change({ state: 'placed', status: `status_${times}` })
  const changes = callback.since(0)
  expect(changes).toHaveLength(100)
  expect(changes.at(-1)).toEqual({ order: 151, state: { state: 'placed', status: 'status_149' } })
})

test('closing the desk ends the streams and the watching, but not the call', async () => {
  const id = await ask()
  const events = await desk.events(id)
  await desk.until(events, 'in_progress')
  await desk.app.close()
  await events.ended
  expect(events.states.at(-1)).toMatchObject({ status: 'in_progress' })
  const { requests } = desk.mock.counts
  await desk.clock.advance(300_000)
  expect(desk.mock.counts.requests).toBe(requests)
  expect(desk.mock.calls[0]?.status).toBe('completed')
})

test('a closed desk leaves no timer behind', async () => {
  await using other = await openDesk()
  const doubtful = await other.events((await other.ask({ phone: '+34500000015' })).json().id)
  await other.until(doubtful, 'unknown')
  await other.until(await other.events((await other.ask({})).json().id), 'in_progress')
  await other.app.close()
  await other.mock.close()
  expect(other.clock.pending).toBe(0)
})

test('the events of an unknown callback are not found', async () => {
  const response = await desk.app.inject('/api/callbacks/612345678/events')
  expect(response.statusCode).toBe(404)
  expect(response.json().error.code).toBe('not_found')
})
