import { DigaAbortError } from '@digame/client'
import { describe, expect, test, vi } from 'vitest'
import { body, failureOf, json, type Setup, setup, silence } from './support/client.ts'
import { testClock } from './support/clock.ts'
import {
  callOf,
  createService,
  type Fate,
  type Service,
  type ServiceOptions,
  uuid,
} from './support/service.ts'

const one = { idempotencyKey: 'one' }
const reason = new Error('The user went away')

function serve(options: ServiceOptions = {}): Setup & { service: Service } {
  const clock = testClock()
  const service = createService(clock, options)
  return { ...setup(service.handler, {}, clock), service }
}

const hung: Fate = { placed: true, answer: 'silence' }

test('a hook that aborts on the request event keeps it from being sent', async () => {
  const controller = new AbortController()
  const onEvent = (): void => controller.abort(new Error('not now'))
  const { diga, requests } = setup(() => json(201, callOf()), { onEvent })
  const error = await failureOf(diga.calls.create(body, { signal: controller.signal }))
  expect(error).toMatchObject({ name: 'DigaAbortError', placed: 'no', cause: { message: 'not now' } })
  expect(requests).toEqual([])
})

describe('a create that is aborted', () => {
  test('before it begins sends nothing, and frees its key', async () => {
    const { diga, clock, requests } = serve()
    const error = await failureOf(diga.calls.create(body, { ...one, signal: AbortSignal.abort(reason) }))
    expect(error).toBeInstanceOf(DigaAbortError)
    expect(error).toMatchObject({
      name: 'DigaAbortError',
      code: 'ABORTED',
      placed: 'no',
      cause: reason,
      ...one,
    })
    expect(error.sentAt).toBeUndefined()
    expect(requests).toEqual([])
    await clock.run(diga.calls.create(body, one))
    expect(requests).toHaveLength(1)
  })

  test('in the same tick sends nothing', async () => {
    const { diga, requests } = serve()
    const controller = new AbortController()
    const placing = diga.calls.create(body, { ...one, signal: controller.signal })
    controller.abort(reason)
    expect(await failureOf(placing)).toMatchObject({ name: 'DigaAbortError', placed: 'no', cause: reason })
    expect(requests).toEqual([])
  })

  test('while it is sent may have placed a call, and looks nothing up', async () => {
    for (const deaf of [false, true]) {
      const { diga, clock, requests } = setup((request) => silence(request, deaf))
      const controller = new AbortController()
      const begun = new Date(clock.now())
      const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
      await clock.advance(20_000)
      controller.abort(reason)
      await clock.flush()
      const error = await placing
      expect(error).toMatchObject({
        name: 'DigaAbortError',
        code: 'ABORTED',
        placed: 'maybe',
        idempotencyKey: 'one',
        sentAt: begun,
        cause: reason,
      })
      expect(requests).toHaveLength(1)
      expect(requests[0]?.signal.aborted).toBe(true)
      expect(clock.pending).toBe(0)
    }
  })

  test.each([
    [400, 'no'],
    [429, 'no'],
    [500, 'maybe'],
    [201, 'maybe'],
  ])('while the body of %i arrives knows what the status proves', async (status, placed) => {
    const open = new ReadableStream({ pull: () => new Promise(() => {}) })
    const { diga, clock, events, requests } = setup(() => new Response(open, { status }))
    const controller = new AbortController()
    const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.flush()
    controller.abort(reason)
    await clock.flush()
    expect(await placing).toMatchObject({ name: 'DigaAbortError', placed, sentAt: expect.any(Date), ...one })
    expect(requests).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['request', 'response'])
  })

  test('while it waits for a retry proves that no call was made, and frees its key', async () => {
    const { diga, clock, posts, service } = serve()
    service.next({ placed: false, answer: 429, headers: { 'retry-after': '30' } })
    const controller = new AbortController()
    const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.advance(10_000)
    controller.abort(reason)
    await clock.flush()
    expect(await placing).toMatchObject({
      name: 'DigaAbortError',
      placed: 'no',
      cause: reason,
      sentAt: expect.any(Date),
      ...one,
    })
    expect(clock.pending).toBe(0)
    await clock.run(diga.calls.create(body, one))
    expect(posts).toHaveLength(2)
  })

  test('while its call is looked up stops looking, and stays in doubt', async () => {
    const { diga, clock, requests, posts, service } = serve({ lagMs: 8000 })
    service.next({ placed: true, answer: 'reset' })
    const controller = new AbortController()
    const begun = new Date(clock.now())
    const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.advance(1500)
    const before = requests.length
    controller.abort(reason)
    await clock.flush()
    expect(await placing).toMatchObject({
      name: 'DigaAbortError',
      placed: 'maybe',
      cause: reason,
      sentAt: begun,
      ...one,
    })
    await clock.advance(60_000)
    expect(requests).toHaveLength(before)
    expect(clock.pending).toBe(0)
    expect((await clock.run(diga.calls.create(body, one))).id).toBe(service.calls[0]?.id)
    expect(posts).toHaveLength(1)
  })

  test('while a later create looks it up stops looking', async () => {
    const { diga, clock, requests, service } = serve({ list: (request) => silence(request) })
    service.next({ placed: true, answer: 'reset' })
    await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    const controller = new AbortController()
    const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.flush()
    controller.abort(reason)
    await clock.flush()
    expect(await placing).toMatchObject({ name: 'DigaAbortError', placed: 'maybe', cause: reason })
    expect(requests.at(-1)?.signal.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('while a listing hangs ends at once', async () => {
    const { diga, clock, service } = serve({ list: (request) => silence(request, true) })
    service.next({ placed: true, answer: 'reset' })
    const controller = new AbortController()
    const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.advance(1500)
    controller.abort(reason)
    await clock.flush()
    expect(await placing).toMatchObject({ name: 'DigaAbortError', placed: 'maybe', sentAt: expect.any(Date) })
    expect(clock.pending).toBe(0)
  })

  test('with a key in doubt says so', async () => {
    const { diga, clock, requests, service } = serve()
    service.next({ placed: true, answer: 'reset' })
    const { sentAt } = await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    const error = await failureOf(diga.calls.create(body, { ...one, signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({ name: 'DigaAbortError', placed: 'maybe', sentAt, ...one })
    expect(requests).toHaveLength(1)
  })

  test('and created again at once is not aborted a second time', async () => {
    const { diga, clock, posts, service } = serve()
    service.next(hung)
    const controller = new AbortController()
    const first = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.advance(100)
    controller.abort()
    const again = [diga.calls.create(body, one), diga.calls.create(body, one)]
    expect(await first).toMatchObject({ name: 'DigaAbortError', placed: 'maybe' })
    const calls = await clock.run(Promise.all(again))
    expect(calls.map(({ id }) => id)).toEqual([service.calls[0]?.id, service.calls[0]?.id])
    expect(posts).toHaveLength(1)
  })

  test('before it is sent, and created again at once, is sent once', async () => {
    const { diga, clock, posts } = serve()
    const controller = new AbortController()
    const first = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    controller.abort()
    const request = { ...body }
    const again = [diga.calls.create(request, one), diga.calls.create(body, one)]
    request.to_number = '+34600000009'
    expect(await first).toMatchObject({ name: 'DigaAbortError', placed: 'no' })
    const calls = await clock.run(Promise.all(again))
    expect(calls[0]).toBe(calls[1])
    expect(posts.map(({ body }) => body.to_number)).toEqual([body.to_number])
  })

  test('after a `maybe` sends nothing when created again', async () => {
    const { diga, clock, posts, service } = serve()
    service.next(hung)
    const controller = new AbortController()
    const placing = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    await clock.advance(100)
    controller.abort()
    await clock.flush()
    await placing
    expect((await clock.run(diga.calls.create(body, one))).id).toBe(service.calls[0]?.id)
    expect(posts).toHaveLength(1)
  })
})

describe('of several who wait for one create', () => {
  test('one that aborts ends only its own wait', async () => {
    const { diga, clock, posts } = serve()
    const controller = new AbortController()
    const first = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    const second = diga.calls.create(body, { ...one, signal: new AbortController().signal })
    const third = diga.calls.create(body, one)
    controller.abort(reason)
    const error = await first
    expect(error).toMatchObject({ name: 'DigaAbortError', placed: 'maybe', cause: reason, ...one })
    const calls = await clock.run(Promise.all([second, third]))
    expect(calls[0]).toBe(calls[1])
    expect(posts).toHaveLength(1)
    expect(posts[0]?.signal.aborted).toBe(false)
  })

  test('one that aborts during the send gets `sentAt`', async () => {
    const { diga, clock, service } = serve()
    service.next(hung)
    const begun = new Date(clock.now())
    const controller = new AbortController()
    const first = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    const second = failureOf(diga.calls.create(body, one))
    await clock.advance(1000)
    controller.abort(reason)
    expect(await first).toMatchObject({ placed: 'maybe', sentAt: begun, ...one })
    await clock.run(second.catch(() => {}))
  })

  test('the last one that aborts ends the send', async () => {
    const { diga, clock, posts, service } = serve()
    service.next(hung)
    const controllers = [new AbortController(), new AbortController(), new AbortController()]
    const waiting = controllers.map(({ signal }) => failureOf(diga.calls.create(body, { ...one, signal })))
    await clock.advance(1000)
    controllers[0]?.abort(reason)
    controllers[2]?.abort(reason)
    await clock.flush()
    expect(posts[0]?.signal.aborted).toBe(false)
    controllers[1]?.abort(reason)
    await clock.flush()
    expect(posts[0]?.signal.aborted).toBe(true)
    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ placed: 'maybe', cause: reason })
    expect(clock.pending).toBe(0)
  })

  test('one without a signal keeps the send alive', async () => {
    const { diga, clock, posts } = serve()
    const controller = new AbortController()
    const first = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    const second = diga.calls.create(body, one)
    controller.abort()
    await first
    expect(await clock.run(second)).toHaveProperty('id')
    expect(posts).toHaveLength(1)
  })

  test('one that aborts twice counts once', async () => {
    const { diga, clock, posts, service } = serve()
    service.next(hung)
    const controller = new AbortController()
    const first = failureOf(diga.calls.create(body, { ...one, signal: controller.signal }))
    const second = failureOf(diga.calls.create(body, { ...one, signal: new AbortController().signal }))
    await clock.flush()
    controller.abort()
    controller.signal.dispatchEvent(new Event('abort'))
    await clock.flush()
    expect(posts[0]?.signal.aborted).toBe(false)
    await clock.run(Promise.allSettled([first, second]))
  })
})

test('a signal that outlives its create keeps no listeners', async () => {
  const { diga, clock, service } = serve({ lagMs: 500 })
  const { signal } = new AbortController()
  const listening = new Set<unknown>()
  vi.spyOn(signal, 'addEventListener').mockImplementation((_, run) => void listening.add(run))
  vi.spyOn(signal, 'removeEventListener').mockImplementation((_, run) => void listening.delete(run))
  service.next({ placed: false, answer: 429 }, { placed: true, answer: 'reset' })
  const { id } = await clock.run(diga.calls.create(body, { ...one, signal }))
  await clock.run(diga.calls.create(body, { ...one, signal }))
  await clock.run(diga.calls.list({}, { signal }))
  await clock.run(diga.calls.find({ ...one, sentAt: new Date(clock.now()) }, { signal }))
  await clock.run(failureOf(diga.calls.get(uuid(), { signal })))
  await clock.run(failureOf(diga.calls.wait(id, { signal, deadlineMs: 5000 })))
  const { diga: failing } = setup(() => json(503, {}), {}, clock)
  await clock.run(failureOf(failing.calls.get(id, { signal })))
  const { diga: streaming } = setup(() => new Response('data: {"active_calls": 1}\n\n'))
  for await (const active of streaming.calls.concurrency({ signal })) {
    expect(active).toBe(1)
    break
  }
  await clock.flush()
  expect(listening.size).toBe(0)
  expect(vi.mocked(signal.addEventListener).mock.calls.length).toBeGreaterThan(5)
})

describe('a read that is aborted', () => {
  test('ends at once', async () => {
    for (const deaf of [false, true]) {
      const { diga, clock, requests } = setup((request) => silence(request, deaf))
      const controller = new AbortController()
      const reading = failureOf(diga.calls.get(uuid(), { signal: controller.signal }))
      await clock.advance(1000)
      controller.abort(reason)
      await clock.flush()
      const error = await reading
      expect(error).toMatchObject({ name: 'DigaAbortError', code: 'ABORTED', cause: reason })
      expect(error).not.toHaveProperty('placed')
      expect(requests).toHaveLength(1)
      expect(clock.pending).toBe(0)
    }
  })

  test('before it begins sends nothing', async () => {
    const { diga, requests } = setup(() => json(200, {}))
    const signal = AbortSignal.abort(reason)
    expect(await failureOf(diga.calls.get(uuid(), { signal }))).toMatchObject({ name: 'DigaAbortError' })
    expect(await failureOf(diga.calls.list({}, { signal }))).toMatchObject({ name: 'DigaAbortError' })
    expect(requests).toEqual([])
  })

  test('between two tries ends at once', async () => {
    const { diga, clock, requests } = setup(() => json(503, {}, { 'retry-after': '30' }))
    const controller = new AbortController()
    const reading = failureOf(diga.calls.get(uuid(), { signal: controller.signal }))
    await clock.advance(1000)
    controller.abort(reason)
    await clock.flush()
    expect(await reading).toMatchObject({ name: 'DigaAbortError', cause: reason })
    expect(requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})

test('a hook that aborts on looking_up ends the look-up at once', async () => {
  const controller = new AbortController()
  let again = false
  const { diga, clock, requests } = setup(
    ({ method }) => (method === 'POST' ? json(500, {}) : json(200, { data: [], has_more: false })),
    {
      onEvent({ type }) {
        if (again && type === 'request') controller.abort('enough')
      },
    },
  )
  const one = { idempotencyKey: 'one' }
  await failureOf(diga.calls.create(body, { ...one, lookUp: false }))
  again = true
  const begun = clock.elapsed()
  const error = await clock.run(failureOf(diga.calls.create(body, { ...one, signal: controller.signal })))
  expect(error).toMatchObject({ name: 'DigaAbortError', cause: 'enough', placed: 'maybe' })
  expect(clock.elapsed()).toBe(begun)
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
})
