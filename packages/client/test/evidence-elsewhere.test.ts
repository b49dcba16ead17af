import { channel } from 'node:diagnostics_channel'
import type { DigaOptions } from '@digame/client'
import { describe, expect, test, vi } from 'vitest'
import { apiKey, json, refused, reset } from './support/client.ts'
import {
  create,
  doubt,
  failureOf,
  type Init,
  own,
  refusal,
  requestOf,
  sendHeaders,
  withoutUndici,
} from './support/own.ts'

describe('over HTTP/2', () => {
  const connected = channel('undici:client:connected')
  const socket = { alpnProtocol: 'h2' }

  test('a missing report of a send proves nothing if such sends are never reported', async () => {
    const made = await own(async (init) => {
      create.publish({ request: requestOf(init) })
      connected.publish({ socket })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('a missing report proves that nothing left if sends are reported', async () => {
    let sends = 0
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      connected.publish({ socket })
      if (sends++ > 0) throw reset()
      sendHeaders.publish({ request, socket })
      return json(429, {})
    })
    expect(await failureOf(made)).toMatchObject(refusal)
    expect(made.posts).toHaveLength(3)
  })

  test('connections over other protocols change nothing', async () => {
    const made = await own(async (init) => {
      create.publish({ request: requestOf(init) })
      connected.publish({ socket: { alpnProtocol: 'http/1.1' } })
      connected.publish({ socket: { alpnProtocol: false } })
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(refusal)
  })
})

describe('over HTTP/2 of an older undici in the same process', () => {
  const bodySent = channel('undici:request:bodySent')
  const socket = { alpnProtocol: 'h2' }

  test('a body that is sent without a report of its headers shows that silence proves nothing', async () => {
    let sends = 0
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      sends++
      if (sends === 1) sendHeaders.publish({ request, socket })
      if (sends === 2) bodySent.publish({ request })
      if (sends < 3) return json(429, {})
      throw reset()
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(3)
  })
})

describe("with a caller's fetch", () => {
  const published = async (init: { headers: Record<string, string> }): Promise<never> => {
    create.publish({ request: requestOf(init) })
    throw refused()
  }

  test('nothing proves that a request never left', async () => {
    for (const fetch of [async () => Promise.reject(refused()), (_: string, init: Init) => published(init)]) {
      let sends = 0
      const counted = ((url: string, init: Init) => {
        sends++
        return fetch(url, init)
      }) as NonNullable<DigaOptions['fetch']>
      const made = await own(() => Promise.reject(new Error('unused')), { fetch: counted })
      expect(await failureOf(made)).toMatchObject(doubt)
      expect(sends).toBe(1)
    }
  })

  test("a fetch that replaces the runtime's later counts as a caller's", async () => {
    const made = await own(() => Promise.reject(new Error('unused')))
    const replaced = vi.fn(() => Promise.reject(refused()))
    vi.stubGlobal('fetch', replaced)
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(replaced).toHaveBeenCalledTimes(1)
  })

  test("the runtime's fetch, passed as an option, still counts as the runtime's", async () => {
    withoutUndici()
    const made = await own(() => Promise.reject(refused()))
    const again = await import('@digame/client')
    const diga = new again.Diga({ apiKey, fetch: globalThis.fetch as never, clock: made.clock })
    expect(await failureOf({ ...made, diga })).toMatchObject(refusal)
  })
})

describe('on Deno', () => {
  const createHttpClient = vi.fn((_: object) => ({ unpooled: true }))

  test('a refusal proves nothing', async () => {
    vi.stubGlobal('Deno', { createHttpClient })
    const made = await own(() => Promise.reject(refused()))
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('creates go through one client that keeps no connections', async () => {
    createHttpClient.mockClear()
    vi.stubGlobal('Deno', { createHttpClient })
    const made = await own(() => Promise.reject(reset()))
    await failureOf(made, { idempotencyKey: 'one' })
    await failureOf(made, { idempotencyKey: 'two' })
    expect(made.posts.map(({ client }) => client)).toEqual([{ unpooled: true }, { unpooled: true }])
    expect(createHttpClient.mock.calls).toEqual([[{ poolMaxIdlePerHost: 0, http2: false }]])
    expect(made.gets.length).toBeGreaterThan(0)
    for (const get of made.gets) expect(get).not.toHaveProperty('client')
  })

  test("a caller's fetch receives the unpooled client too", async () => {
    vi.stubGlobal('Deno', { createHttpClient })
    const inits: object[] = []
    const made = await own(() => Promise.reject(new Error('unused')), {
      fetch: async (_, init) => {
        inits.push(init)
        throw reset()
      },
    })
    await failureOf(made)
    expect(inits[0]).toHaveProperty('client')
  })
})

test('outside Deno no client is passed', async () => {
  const made = await own(() => Promise.reject(reset()))
  await failureOf(made)
  expect(made.posts[0]).not.toHaveProperty('client')
})
