import { createMock } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { describe, expect, it } from 'vitest'
import { direct, get, noon, place, rejection, socket, type Way } from './http.ts'

const path = '/v1/call/concurrency/stream'

/** Opens the stream; `next` resolves with the number in the next event. */
async function open(way: Way, signal?: AbortSignal) {
  const response = await get(way, path, signal && { signal })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  const next = async (): Promise<number | undefined> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read()
      if (done) return undefined
      text += decoder.decode(value, { stream: true })
    }
    const [event, ...rest] = text.split('\n\n')
    text = rest.join('\n\n')
    expect(event).toMatch(/^data: \{"active_calls": \d+\}$/)
    return JSON.parse(event?.slice('data: '.length) ?? '').active_calls
  }
  return { response, reader, next }
}

describe.each([
  ['mock.fetch', direct],
  ['a socket', socket],
])('the stream over %s', (_, wayTo) => {
  it('sends the number at once, on change and every few seconds', async () => {
    const clock = createTestClock({ start: noon })
    await using mock = await createMock({ clock })
    const { response, next } = await open(await wayTo(mock))
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await next()).toBe(0)
    await place(mock, { to_number: '+34500000002' })
    expect(await next()).toBe(1)
    await place(mock)
    expect(await next()).toBe(2)
    await clock.advance(3000)
    expect(await next()).toBe(1)
    await clock.advance(2000)
    expect(await next()).toBe(1)
    await clock.advance(100_000)
    for (let active = 1; active !== 0; ) active = (await next()) ?? Number.NaN
  })

  it('ends when the mock closes', async () => {
    const mock = await createMock({ clock: createTestClock({ start: noon }) })
    const { next } = await open(await wayTo(mock))
    await next()
    const rest = next()
    await mock.close()
    expect((await rejection(rest)).message).toBe('terminated')
  })

  it('errors with the reason of its signal', async () => {
    await using mock = await createMock({ clock: createTestClock({ start: noon }) })
    const ending = new AbortController()
    const { next } = await open(await wayTo(mock), ending.signal)
    await next()
    const rest = next()
    ending.abort(new Error('enough'))
    expect((await rejection(rest)).message).toBe('enough')
  })
})

it('a stream leaves no timer behind', async () => {
  const clock = createTestClock({ start: noon })
  await using mock = await createMock({ clock })
  const { reader, next } = await open(direct(mock))
  await next()
  await place(mock)
  expect(clock.pending).toBe(2)
  await reader.cancel()
  expect(clock.pending).toBe(0)
})

it('counts calls that hold a slot, not those that wait for one', async () => {
  await using mock = await createMock({ clock: createTestClock({ start: noon }), maxConcurrent: 2 })
  for (let i = 0; i < 5; i++) await place(mock)
  const { next } = await open(direct(mock))
  expect(await next()).toBe(2)
})
