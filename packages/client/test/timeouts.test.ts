import { Diga } from '@digame/client'
import { describe, expect, test, vi } from 'vitest'
import { apiKey, body, failureOf, type Handler, json, setup, silence } from './support/client.ts'
import { callOf, uuid } from './support/service.ts'

const silent: Handler = (request) => silence(request)

async function span(make: ReturnType<typeof setup>, use: () => PromiseLike<unknown>): Promise<number> {
  const begun = make.clock.elapsed()
  const error = await make.clock.run(failureOf(use()))
  expect(error).toMatchObject({ name: 'DigaTimeoutError', code: 'TIMEOUT' })
  expect(make.clock.pending).toBe(0)
  return make.clock.elapsed() - begun
}

describe('a send without a response', () => {
  test('ends after 60 s for a create', async () => {
    const made = setup(silent)
    expect(await span(made, () => made.diga.calls.create(body, { lookUp: false }))).toBe(60_000)
    expect(made.posts[0]?.signal.aborted).toBe(true)
  })

  test('ends after 30 s for a read', async () => {
    const made = setup(silent)
    expect(await span(made, () => made.diga.calls.get(uuid(), { maxRetries: 0 }))).toBe(30_000)
    expect(await span(made, () => made.diga.calls.list({}, { maxRetries: 0 }))).toBe(30_000)
    expect(await span(made, () => made.diga.calls.messages(uuid(), {}, { maxRetries: 0 }))).toBe(30_000)
  })

  test("ends at the client's timeout", async () => {
    const made = setup(silent, { timeoutMs: 400, maxRetries: 0 })
    expect(await span(made, () => made.diga.calls.create(body, { lookUp: false }))).toBe(400)
    expect(await span(made, () => made.diga.calls.get(uuid()))).toBe(400)
  })

  test('ends at the timeout of its own options first', async () => {
    const made = setup(silent, { timeoutMs: 400 })
    const options = { timeoutMs: 70_000, maxRetries: 0, lookUp: false }
    expect(await span(made, () => made.diga.calls.create(body, options))).toBe(70_000)
    expect(await span(made, () => made.diga.calls.get(uuid(), { timeoutMs: 7, maxRetries: 0 }))).toBe(7)
  })

  test('counts each send of a read anew', async () => {
    const made = setup(silent)
    expect(await span(made, () => made.diga.calls.get(uuid()))).toBe(3 * 30_000 + 250 + 500)
    expect(made.requests).toHaveLength(3)
  })
})

test('a timeout covers the whole response, to the end of its body', async () => {
  const made = setup(() => {
    const text = JSON.stringify(callOf())
    let at = 0
    return new Response(
      new ReadableStream({
        pull: (controller) =>
          new Promise<void>((resolve) => {
            made.clock.after(1000, () => {
              controller.enqueue(new TextEncoder().encode(text[at++]))
              resolve()
            })
          }),
      }),
      { status: 201 },
    )
  })
  const begun = made.clock.elapsed()
  const error = await made.clock.run(failureOf(made.diga.calls.create(body, { lookUp: false })))
  expect(error).toMatchObject({ code: 'TIMEOUT', status: 201, placed: 'maybe' })
  expect(made.clock.elapsed() - begun).toBe(60_000)
})

test('a response in time leaves no timer', async () => {
  const { diga, clock } = setup(() => json(201, callOf({ dynamic_variables: null })))
  await clock.run(diga.calls.create(body))
  await clock.run(diga.calls.get(uuid()))
  expect(clock.pending).toBe(0)
})

test('an infinite timeout does not fire at once', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const diga = new Diga({
    apiKey,
    fetch: async () => json(200, callOf()),
    timeoutMs: Number.POSITIVE_INFINITY,
  })
  await diga.calls.get(uuid())
  expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1])
})
