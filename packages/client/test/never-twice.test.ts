import { channel } from 'node:diagnostics_channel'
import type { Call, Diga, DigaError } from '@digame/client'
import type { TestClock } from '@digame/test-support'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  apiKey,
  body,
  type Handler,
  json,
  refused,
  remember,
  reset,
  type Seen,
  setup,
  silence,
} from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf } from './support/service.ts'

/**
 * What a service, its gateways and the network can do to a create, and whether that makes a call. A response that proves
 * that no call was made comes without one; everything else can go either way.
 */
const fates: Record<string, { readonly calls: readonly boolean[]; readonly mayResend: boolean }> = {
  created: { calls: [true], mayResend: false },
  'created, 200': { calls: [true], mayResend: false },
  'created, another key': { calls: [true, false], mayResend: false },
  429: { calls: [false], mayResend: true },
  400: { calls: [false], mayResend: true },
  401: { calls: [false], mayResend: true },
  307: { calls: [false], mayResend: true },
  302: { calls: [true, false], mayResend: false },
  408: { calls: [true, false], mayResend: false },
  409: { calls: [true, false], mayResend: false },
  500: { calls: [true, false], mayResend: false },
  503: { calls: [true, false], mayResend: false },
  half: { calls: [true, false], mayResend: false },
  html: { calls: [true, false], mayResend: false },
  reset: { calls: [true, false], mayResend: false },
  refused: { calls: [true, false], mayResend: false },
  silence: { calls: [true, false], mayResend: false },
  'silence in the body': { calls: [true, false], mayResend: false },
  /** Only with the runtime's own fetch: undici made the request, and never wrote it. */
  unsent: { calls: [false], mayResend: true },
}

interface Fate {
  readonly name: string
  /** Whether a call is made. */
  readonly call: boolean
  readonly retryAfter: string | undefined
}

const fate = (names: readonly string[]): fc.Arbitrary<Fate> =>
  fc.constantFrom(...names).chain((name) =>
    fc.record({
      name: fc.constant(name),
      call: fc.constantFrom(...(fates[name]?.calls ?? [])),
      retryAfter: fc.constantFrom(undefined, '0', '1', '61'),
    }),
  )

const world = fc.record({
  echo: fc.boolean(),
  lagMs: fc.constantFrom(0, 0, 800, 9000, 15_000, 200_000),
  list: fc.constantFrom('well', 'well', 'well', 'down', 'forbidden', 'hangs', 'no clock'),
  skewMs: fc.constantFrom(0, -300_000, 300_000),
  pageSize: fc.constantFrom(1, 2, 1000),
})

const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  lookUp: fc.boolean(),
  maxRetries: fc.constantFrom(undefined, 0, 1),
  /** After how long the caller loses patience. */
  abortMs: fc.constantFrom(undefined, undefined, 0, 100, 5000, 70_000),
  notAfterMs: fc.constantFrom(undefined, undefined, undefined, -1, 300, 100_000),
  /** How long the caller waits before the next step; `undefined` until this one has ended. */
  pauseMs: fc.constantFrom(undefined, undefined, 0, 50, 2000, 90_000),
  /** How the wall clock is set, in milliseconds. */
  stepMs: fc.constantFrom(0, 0, 0, 3_600_000, -3_600_000),
})

interface Model {
  readonly handler: Handler
  /** The calls that were made, with the keys that they were made for. */
  readonly made: { readonly key: string; readonly call: Call }[]
  /** How each send of a key ended. */
  readonly sends: Map<string, string[]>
}

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never

function createModel(clock: TestClock, fate: Fate[], { echo, lagMs, list, skewMs, pageSize }: World): Model {
  const made: { key: string; call: Call; at: number }[] = []
  const sends = new Map<string, string[]>()
  const dated = () => ({ date: new Date(clock.now() + skewMs).toUTCString() })

  const place = (request: Seen): Response | Promise<Response> => {
    const key = request.body.dynamic_variables.digame_key as string
    const {
      name,
      call: isMade,
      retryAfter,
    } = fate.shift() ?? { name: 'created', call: true, retryAfter: undefined }
    sends.set(key, [...(sends.get(key) ?? []), name])
    const call = callOf({
      created_date: new Date(clock.now() + skewMs).toISOString(),
      dynamic_variables: echo ? { digame_key: key } : null,
    })
    if (isMade) made.push({ key, call, at: clock.elapsed() })
    const text = JSON.stringify(call)
    switch (name) {
      case 'created':
        return json(201, call)
      case 'created, 200':
        return json(200, call)
      case 'created, another key':
        return json(201, { ...call, dynamic_variables: { digame_key: 'x' } })
      case 'half':
        return new Response(text.slice(0, 50), { status: 201 })
      case 'html':
        return new Response('<html>', { status: 200 })
      case 'reset':
      case 'unsent':
        throw reset()
      case 'refused':
        throw refused()
      case 'silence':
        return silence(request)
      case 'silence in the body':
        return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }), { status: 201 })
      default:
        return json(Number(name), {}, { ...dated(), ...(retryAfter && { 'retry-after': retryAfter }) })
    }
  }

  const read = (request: Seen): Response | Promise<Response> => {
    if (list === 'down') return json(500, {})
    if (list === 'forbidden') return json(403, {})
    if (list === 'hangs') return silence(request, true)
    const listed = made.filter(({ at }) => clock.elapsed() - at >= lagMs).map(({ call }) => call)
    listed.reverse()
    const after = request.query.get('after')
    const begin = listed.findIndex(({ id }) => id === after) + 1
    const data = listed.slice(begin, begin + pageSize)
    const has_more = begin + data.length < listed.length
    return json(200, { data, has_more, last_id: data.at(-1)?.id ?? null }, list === 'no clock' ? {} : dated())
  }

  return { made, sends, handler: (request) => (request.method === 'POST' ? place(request) : read(request)) }
}

/** Runs the steps, and checks after each one what must always hold. */
async function live(diga: Diga, clock: TestClock, model: Model, steps: Step[]): Promise<void> {
  const madeFor = (key: string) => model.made.filter((one) => one.key === key)
  const ended: Promise<unknown>[] = []
  for (const { key, lookUp, maxRetries, abortMs, notAfterMs, pauseMs, stepMs } of steps) {
    const controller = new AbortController()
    if (abortMs !== undefined) clock.after(abortMs, () => controller.abort())
    const creating = diga.calls
      .create(body, {
        idempotencyKey: key,
        lookUp,
        ...(maxRetries !== undefined && { maxRetries }),
        ...(abortMs !== undefined && { signal: controller.signal }),
        ...(notAfterMs !== undefined && { notAfter: new Date(clock.now() + notAfterMs) }),
      })
      .then(
        (call) => {
          expect(madeFor(key).map(({ call }) => call.id)).toContain(call.id)
        },
        (error: DigaError) => {
          remember('error', error)
          expect(error).toMatchObject({ placed: expect.stringMatching(/^(no|maybe)$/), idempotencyKey: key })
          if (error.placed === 'no') expect(madeFor(key)).toEqual([])
          else if (model.sends.has(key)) expect(error.sentAt).toBeInstanceOf(Date)
          for (const { type } of error.candidates ?? []) expect(type).toBe('outbound')
        },
      )
    ended.push(creating)
    clock.step(stepMs)
    await (pauseMs === undefined ? clock.run(creating) : clock.advance(pauseMs))
    for (const one of ['a', 'b', 'c']) expect(madeFor(one).length).toBeLessThanOrEqual(1)
  }
  await clock.run(Promise.all(ended))
  for (const sends of model.sends.values()) {
    for (const before of sends.slice(0, -1)) expect(fates[before]?.mayResend, `${sends}`).toBe(true)
  }
  for (const one of ['a', 'b', 'c']) expect(madeFor(one).length).toBeLessThanOrEqual(1)
}
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const names = Object.keys(fates)

describe('whatever happens, a remembered key has one call at most, and what resolves exists:', () => {
  test("with a caller's fetch", async () => {
    const some = fc.array(fate(names.filter((name) => name !== 'unsent')), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        world,
        some,
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (world, fate, steps) => {
          const clock = testClock()
          const model = createModel(clock, [...fate], world)
          const { diga } = setup(model.handler, {}, clock)
          await live(diga, clock, model, steps)
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)

  test("with the runtime's own fetch", async () => {
    let handle: (init: RequestInit & { headers: Record<string, string> }, url: string) => Promise<Response>
    vi.resetModules()
    vi.stubGlobal('fetch', (url: string, init: RequestInit & { headers: Record<string, string> }) =>
      handle(init, url),
    )
    const client = await import('@digame/client')
    const some = fc.array(fate(names), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        world,
        some,
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (world, fate, steps) => {
          const clock = testClock()
          const queue = [...fate]
          const model = createModel(clock, queue, world)
          handle = async (init, url) => {
            const request = { headers: Object.entries(init.headers).flat() }
            const unsent = init.method === 'POST' && queue[0]?.name === 'unsent'
            channel('undici:request:create').publish({ request })
            if (!unsent) channel('undici:client:sendHeaders').publish({ request })
            const { pathname: path, searchParams: query } = new URL(url)
            return model.handler({
              method: init.method,
              path,
              query,
              signal: init.signal,
              body: init.body && JSON.parse(String(init.body)),
            } as Seen)
          }
          const diga = new client.Diga({ apiKey, baseUrl: 'http://api.test', clock, random: () => 0.5 })
          await live(diga as unknown as Diga, clock, model, steps)
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)
})
