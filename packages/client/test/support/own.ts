import { type Channel, channel } from 'node:diagnostics_channel'
import type { Diga, DigaEvent, DigaOptions } from '@digame/client'
import type { TestClock } from '@digame/test-support'
import { expect, vi } from 'vitest'
import { apiKey, body, json, remember } from './client.ts'
import { testClock } from './clock.ts'

export type Init = Parameters<typeof globalThis.fetch>[1] & {
  headers: Record<string, string>
  signal: AbortSignal
  client?: unknown
}

export const create: Channel = channel('undici:request:create')
export const sendHeaders: Channel = channel('undici:client:sendHeaders')
export const answered: Channel = channel('undici:request:headers')

/** A request as undici publishes it on its channels, with headers as pairs or, before Node 22, as lines. */
export function requestOf(
  { headers }: { headers: Record<string, string> },
  form: 'pairs' | 'lines' = 'pairs',
): object {
  const pairs = [['host', 'api.test'], ...Object.entries(headers)]
  return {
    headers: form === 'pairs' ? pairs.flat() : pairs.map(([name, value]) => `${name}: ${value}\r\n`).join(''),
  }
}

/** Until the test ends, the runtime is one that has no undici. */
export function withoutUndici(): void {
  vi.stubGlobal('process', Object.create(process, { versions: { value: { node: '26.0.0' } } }))
}

type Stub = (url: string, init: Init) => Promise<Response>

export interface Made {
  readonly diga: Diga
  readonly clock: TestClock
  readonly posts: Init[]
  readonly gets: Init[]
  readonly events: DigaEvent[]
}

/** A client that was loaded where this is the runtime's own fetch. */
export async function own(
  fetch: (init: Init) => Promise<Response>,
  options: DigaOptions = {},
  // Bound, it says of itself that it is native code, as the runtime's does.
  wrap: (stub: Stub) => Stub = (stub) => stub.bind(undefined),
): Promise<Made> {
  const posts: Init[] = []
  const gets: Init[] = []
  const events: DigaEvent[] = []
  vi.resetModules()
  const stub: Stub = async (_, init) => {
    if (init.method === 'POST') {
      posts.push(init)
      return fetch(init)
    }
    gets.push(init)
    return json(200, { data: [], has_more: false }, { date: new Date(0).toUTCString() })
  }
  vi.stubGlobal('fetch', wrap(stub))
  const client = await import('@digame/client')
  const clock = testClock()
  const onEvent = (event: DigaEvent) => void events.push(event)
  const diga = new client.Diga({
    apiKey,
    baseUrl: 'http://api.test',
    clock,
    random: () => 0.5,
    onEvent,
    ...options,
  })
  return { diga, clock, posts, gets, events }
}

export async function failureOf(
  { clock, diga }: Made,
  options: Parameters<Diga['calls']['create']>[1] = { idempotencyKey: 'one', lookUp: false },
): Promise<unknown> {
  const error = await clock.run(diga.calls.create(body, options).catch((error: unknown) => error))
  remember('error', error)
  expect(error).toMatchObject({ name: expect.stringMatching(/^Diga/) })
  return error
}

export const refusal: object = {
  name: 'DigaConnectionError',
  placed: 'no',
  idempotencyKey: 'one',
  sentAt: expect.any(Date),
}
export const doubt: object = {
  name: 'DigaConnectionError',
  placed: 'maybe',
  idempotencyKey: 'one',
  sentAt: expect.any(Date),
}
