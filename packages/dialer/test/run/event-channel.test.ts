import { expect, test } from 'vitest'
import { createEventChannel } from '../../src/run/event-channel.ts'

test('each loop gets every event from its beginning to the end', async () => {
  const channel = createEventChannel<number>()
  const heard = async (): Promise<number[]> => {
    const all: number[] = []
    for await (const event of channel) all.push(event)
    return all
  }
  const first = heard()
  channel.emit(1)
  const second = heard()
  channel.emit(2)
  await Promise.resolve()
  channel.emit(3)
  channel.end()
  expect(await first).toEqual([1, 2, 3])
  expect(await second).toEqual([2, 3])
  const next = heard()
  channel.emit(4)
  channel.end()
  expect(await next).toEqual([4])
})

test('a loop that is left gets no more events', async () => {
  const channel = createEventChannel<number>()
  const iterator = channel[Symbol.asyncIterator]()
  channel.emit(1)
  expect(await iterator.next()).toEqual({ value: 1, done: false })
  await iterator.return?.()
  channel.emit(2)
  expect(await iterator.next()).toEqual({ value: undefined, done: true })
})

test('a listener that does not read keeps the newest 10,000 events', async () => {
  const channel = createEventChannel<number>()
  const iterator = channel[Symbol.asyncIterator]()
  for (let event = 0; event < 10_005; event++) channel.emit(event)
  expect(await iterator.next()).toEqual({ value: 5, done: false })
})
