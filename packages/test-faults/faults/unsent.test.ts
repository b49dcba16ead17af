/** Connections that fail before, while and after a request is sent: which of them prove that nothing left. */
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Diga, type DigaError, type DigaEvent } from '@digame/client'
import { listenOnLoopback } from '@digame/test-support'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Network, openNetwork, respond } from './line.ts'

const body = { from_number: '+34910000001', to_number: '+34612345678' }

async function listen(
  onConnection: (socket: Socket) => void,
): Promise<AsyncDisposable & { port: number; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  const port = await listenOnLoopback(server)
  return {
    server,
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function client(baseUrl: string, more: object = {}): { diga: Diga; events: DigaEvent[] } {
  const events: DigaEvent[] = []
  const onEvent = (event: DigaEvent): void => void events.push(event)
  const diga = new Diga({
    apiKey: 'key',
    baseUrl,
    settleMs: 100,
    timeoutMs: 1000,
    random: () => 0,
    onEvent,
    ...more,
  })
  return { diga, events }
}

const sends = (events: readonly DigaEvent[], method = 'POST'): number =>
  events.filter((event) => event.type === 'request' && event.method === method).length

const failToCreate = async (diga: Diga, options = {}): Promise<DigaError> =>
  diga.calls.create(body, options).then(
    () => expect.unreachable('the create succeeded'),
    (error: DigaError) => error,
  )

let network: Network
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => network[Symbol.asyncDispose]())

describe('proof that nothing left', () => {
  test('a refused connection is retried and proves that no call was made', async () => {
    const closed = await listen(() => {})
    await closed[Symbol.asyncDispose]()
    const { diga, events } = client(`http://127.0.0.1:${closed.port}`)
    expect(await failToCreate(diga)).toMatchObject({ name: 'DigaConnectionError', placed: 'no' })
    expect(sends(events)).toBe(3)
    expect(sends(events, 'GET')).toBe(0)
  })

  test('TLS to a port that speaks plain HTTP proves that nothing left', async () => {
    let requests = 0
    await using plain = await listen((socket) =>
      socket.once('data', (bytes) => {
        if (bytes.includes('POST')) requests++
        socket.end(respond(400))
      }),
    )
    const { diga, events } = client(`https://127.0.0.1:${plain.port}`)
    expect(await failToCreate(diga)).toMatchObject({ placed: 'no' })
    expect(sends(events)).toBe(3)
    expect(requests).toBe(0)
  })

  test('a host name that does not resolve proves that nothing left', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    })
    vi.spyOn(dns, 'lookup').mockImplementation(((_: string, __: object, done: (error: Error) => void) => {
      queueMicrotask(() => done(error))
    }) as never)
    const { diga, events } = client('http://service.invalid')
    expect(await failToCreate(diga)).toMatchObject({ placed: 'no' })
    expect(sends(events)).toBe(3)
  })

  test('a handshake that never finishes proves at the deadline that nothing left', async () => {
    await using silent = await listen(() => {})
    const { diga } = client(`https://127.0.0.1:${silent.port}`, { timeoutMs: 100, maxRetries: 0 })
    expect(await failToCreate(diga)).toMatchObject({ name: 'DigaTimeoutError', placed: 'no' })
  })

  test('an abort while connecting proves that nothing left', async () => {
    const controller = new AbortController()
    await using silent = await listen(() => controller.abort())
    const { diga } = client(`https://127.0.0.1:${silent.port}`)
    expect(await failToCreate(diga, { signal: controller.signal })).toMatchObject({
      name: 'DigaAbortError',
      placed: 'no',
    })
  })

  test('a connection that opens at the second try places one call', async () => {
    const closed = await listen(() => {})
    await closed[Symbol.asyncDispose]()
    let posts = 0
    const reopened = createServer((socket) =>
      socket.once('data', () => {
        posts++
        socket.end(respond(201, '{"id":"1","status":"dialing","agent_id":"2"}', { connection: 'close' }))
      }),
    )
    const onEvent = (event: DigaEvent): void => {
      if (event.type === 'retry') reopened.listen(closed.port, '127.0.0.1')
    }
    const random = (): number => 0.2
    const diga = new Diga({ apiKey: 'key', baseUrl: `http://127.0.0.1:${closed.port}`, onEvent, random })
    expect(await diga.calls.create(body)).toMatchObject({ id: '1', status: 'dialing' })
    expect(posts).toBe(1)
    reopened.close()
    await once(reopened, 'close')
  })
})

describe('doubt', () => {
  test('the same failures under a caller’s fetch prove nothing', async () => {
    const closed = await listen(() => {})
    await closed[Symbol.asyncDispose]()
    const { diga, events } = client(`http://127.0.0.1:${closed.port}`, {
      fetch: (url: string, init: RequestInit) => fetch(url, init),
    })
    expect(await failToCreate(diga)).toMatchObject({ placed: 'maybe', candidates: [] })
    expect(sends(events)).toBe(1)
  })

  test('an abort after the request has arrived proves nothing', async () => {
    const controller = new AbortController()
    const line = network.open({
      fault: () => controller.abort(new Error('enough')),
      created: true,
      list: 'echoes',
      clockOffsetMs: 0,
    })
    const { diga } = client(line.baseUrl)
    const error = await failToCreate(diga, { signal: controller.signal, idempotencyKey: 'key' })
    expect(error).toMatchObject({ name: 'DigaAbortError', placed: 'maybe', cause: { message: 'enough' } })
    expect(line.lists).toBe(0)
    expect(await diga.calls.create(body, { idempotencyKey: 'key' })).toMatchObject({
      id: line.calls[0]?.['id'],
    })
    expect(line.posts).toBe(1)
  })

  test('an abort in the middle of the body proves nothing', async () => {
    const controller = new AbortController()
    const line = network.open({
      fault: (socket, response) => {
        socket.write(response().subarray(0, -5))
        setTimeout(() => controller.abort(), 20)
      },
      created: true,
      list: 'echoes',
      clockOffsetMs: 0,
    })
    const { diga } = client(line.baseUrl)
    const error = await failToCreate(diga, { signal: controller.signal })
    expect(error).toMatchObject({ name: 'DigaAbortError', placed: 'maybe' })
  })

  test('an abort during the look-up leaves the call in doubt', async () => {
    const controller = new AbortController()
    const line = network.open({
      fault: (socket) => socket.destroy(),
      created: true,
      list: 'silent',
      clockOffsetMs: 0,
    })
    const onEvent = (event: DigaEvent): void => {
      if (event.type === 'response' && event.method === 'GET') controller.abort()
    }
    const { diga } = client(line.baseUrl, { onEvent })
    expect(await failToCreate(diga, { signal: controller.signal })).toMatchObject({
      name: 'DigaAbortError',
      placed: 'maybe',
    })
    expect({ posts: line.posts, lists: line.lists }).toEqual({ posts: 1, lists: 1 })
  })
})

test('an abort at any moment never claims that nothing was sent of a request that arrived', async () => {
  const arrived = new Set<string>()
  await using service = await listen((socket) =>
    socket.on('data', (bytes) => {
      arrived.add(/"digame_key":"(.+?)"/.exec(String(bytes))?.[1] ?? '')
      setImmediate(() => socket.write(respond(201, '{"id":"1","status":"dialing","agent_id":"2"}')))
    }),
  )
  const { diga } = client(`http://127.0.0.1:${service.port}`)
  const unsent: string[] = []
  let doubtful = 0
  for (let turn = 0; turn < 300; turn++) {
    const controller = new AbortController()
    const idempotencyKey = `key-${turn}`
    const creating = diga.calls
      .create(body, { idempotencyKey, signal: controller.signal })
      .catch((error) => error)
    for (let turns = turn % 12; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    const { placed } = (await creating) as DigaError
    if (placed === 'no') unsent.push(idempotencyKey)
    if (placed === 'maybe') doubtful++
  }
  expect(unsent.length).toBeGreaterThan(0)
  expect(doubtful).toBeGreaterThan(0)
  expect(unsent.filter((key) => arrived.has(key))).toEqual([])
})

describe('429', () => {
  const http = (ms: number): string => new Date(Date.now() + ms).toUTCString()
  test.each([
    ['no Retry-After', () => ({})],
    ['seconds', () => ({ 'retry-after': '0' })],
    ['a fraction of a second', () => ({ 'retry-after': '0.01' })],
    ['a date that has passed', () => ({ 'retry-after': http(-5000), date: http(0) })],
    ['nonsense', () => ({ 'retry-after': 'soon' })],
  ])('with %s is retried once', async (_, headers) => {
    let posts = 0
    const line = network.open({
      fault: (socket, response) =>
        void socket.write(posts++ === 0 ? respond(429, '', headers()) : response()),
      created: false,
      list: 'echoes',
      clockOffsetMs: 0,
    })
    const { diga } = client(line.baseUrl)
    expect(await diga.calls.create(body)).toMatchObject({ status: 'dialing' })
    expect(line.lists).toBe(0)
    expect(line.posts).toBe(2)
  })

  test.each([
    ['more than a minute', () => ({ 'retry-after': '61' })],
    [
      'a date beyond a minute by the response’s own clock',
      () => ({ 'retry-after': http(3_700_000), date: http(3_600_000) }),
    ],
  ])('that asks for %s fails at once', async (_, headers) => {
    const line = network.open({
      fault: (socket) => void socket.write(respond(429, '', headers())),
      created: false,
      list: 'echoes',
      clockOffsetMs: 0,
    })
    const { diga } = client(line.baseUrl)
    expect(await failToCreate(diga)).toMatchObject({
      status: 429,
      placed: 'no',
      retryAfterMs: expect.any(Number),
    })
    expect(line.posts).toBe(1)
  })
})
