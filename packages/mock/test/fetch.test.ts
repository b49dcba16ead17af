import { createMock, type Mock } from '@digame/mock'
import { createTestClock, type TestClock } from '@digame/test-support'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authorized, base, direct, get, lead, noon, place, post, rejection, socket } from './http.ts'

let clock: TestClock
let mock: Mock

beforeEach(async () => {
  clock = createTestClock({ start: noon })
  mock = await createMock({ clock })
})
afterEach(() => mock.close())

const headers = { ...authorized, 'content-type': 'application/json' }
const body = JSON.stringify(lead)
const url = `${base}/v1/call/`

describe('mock.fetch', () => {
  it.each<[string, () => [string | URL | Request, RequestInit?]]>([
    ['a string', () => [url, { method: 'POST', headers, body }]],
    ['a URL', () => [new URL(url), { method: 'POST', headers, body }]],
    ['a Request', () => [new Request(url, { method: 'POST', headers, body })]],
    ['a Request and more', () => [new Request(url, { headers }), { method: 'POST', body }]],
    ['Headers', () => [url, { method: 'POST', headers: new Headers(headers), body }]],
    ['pairs of headers', () => [url, { method: 'POST', headers: Object.entries(headers), body }]],
    ['bytes', () => [url, { method: 'POST', headers, body: new TextEncoder().encode(body) }]],
    ['a Blob', () => [url, { method: 'POST', headers, body: new Blob([body]) }]],
    [
      'a stream',
      () => [
        url,
        { method: 'POST', headers, body: new Blob([body]).stream(), duplex: 'half' } as RequestInit,
      ],
    ],
  ])('takes what fetch takes: %s', async (_, args) => {
    const response = await mock.fetch(...args())
    expect(response).toBeInstanceOf(Response)
    expect(response.status).toBe(201)
    expect(response.url).toBe(url)
    expect(mock.journal[0]?.body).toEqual(lead)
  })

  it.each<[string, string, RequestInit?]>([
    ['a relative URL', '/v1/call/'],
    ['a body with GET', url, { body }],
    ['malformed headers', url, { method: 'POST', headers: { 'a b': 'c' }, body }],
  ])('rejects as fetch does: %s', async (_, target, init) => {
    expect(await rejection(mock.fetch(target, init))).toBeInstanceOf(TypeError)
    expect(mock.counts.requests).toBe(0)
  })

  it('sends a text body as text', async () => {
    await mock.fetch(url, { method: 'POST', headers: authorized, body })
    expect(mock.journal[0]?.headers['content-type']).toBe('text/plain;charset=UTF-8')
  })

  it('responds in a later turn of the event loop, as a socket does', async () => {
    let turned = false
    setImmediate(() => {
      turned = true
    })
    await place(mock)
    expect(turned).toBe(true)
  })
})

describe('a signal', () => {
  it('that has aborted keeps the request from being sent', async () => {
    const reason = new Error('changed my mind')
    expect(await rejection(post(direct(mock), lead, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(mock.counts.requests).toBe(0)
  })

  it('that aborts in the same turn keeps the request from being sent', async () => {
    const ending = new AbortController()
    const sent = rejection(post(direct(mock), lead, { signal: ending.signal }))
    ending.abort('enough')
    expect(await sent).toBe('enough')
    await clock.advance(0)
    expect(mock.counts.requests).toBe(0)
  })
})

describe('a redirect', () => {
  const wrong = `${base}/v1/call`

  it('is followed with its body', async () => {
    const response = await mock.fetch(wrong, { method: 'POST', headers, body })
    expect(response.status).toBe(201)
    expect(response.url).toBe(url)
    expect(mock.journal.map(({ status }) => status)).toEqual([307, 201])
  })

  it('is returned, if manual', async () => {
    const response = await mock.fetch(wrong, { method: 'POST', headers, body, redirect: 'manual' })
    expect(response.status).toBe(307)
    expect(mock.calls).toHaveLength(0)
  })

  it('is an error, if set to error', async () => {
    const { message, cause } = await rejection(mock.fetch(wrong, { headers, redirect: 'error' }))
    expect(message).toBe('fetch failed')
    expect(cause).toMatchObject({ message: 'unexpected redirect' })
  })

  it('with 303 turns a POST into a GET', async () => {
    mock.reply({ code: 303, body: '', headers: { location: url } })
    const response = await post(direct(mock), lead)
    expect(await response.json()).toMatchObject({ data: [] })
  })

  it('to another host loses the key and stays in the mock', async () => {
    mock.reply({ code: 307, body: '', headers: { location: 'https://elsewhere.example/v1/call/' } })
    expect((await post(direct(mock), lead)).status).toBe(401)
  })

  it('is an error after too many', async () => {
    for (let i = 0; i < 30; i++) mock.reply({ code: 307, body: '', headers: { location: url } })
    const { cause } = await rejection(get(direct(mock), '/v1/call/'))
    expect(cause).toMatchObject({ message: 'redirect count exceeded' })
  })
})

describe.each([
  ['mock.fetch', direct],
  ['a socket', socket],
])('every response over %s', (_, wayTo) => {
  it.each([
    ['to an operation', '/v1/call/'],
    ['to a redirect', '/v1/call'],
    ['to an unknown path', '/'],
  ])('has the date of the clock and the id of the request, %s', async (_, path) => {
    await clock.advance(61_000)
    const init = { headers: { ...authorized, 'x-request-id': 'r-1' }, redirect: 'manual' } as const
    const response = await get(await wayTo(mock), path, init)
    expect(response.headers.get('date')).toBe(new Date(noon + 61_000).toUTCString())
    expect(response.headers.get('x-request-id')).toBe('r-1')
  })
})

describe('a socket', () => {
  it('listens on a free port of loopback by default', async () => {
    const [one, two] = [await mock.listen(), await mock.listen()]
    expect(one).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(two).not.toBe(one)
  })

  it('is refused in one line if its port is taken', async () => {
    const port = new URL(await mock.listen()).port
    await expect(mock.listen(Number(port))).rejects.toThrow(`Port ${port} is taken (host 127.0.0.1)`)
  })

  it('gets 400 for malformed JSON', async () => {
    const response = await post(await socket(mock), '{')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error_code: 'INVALID_JSON' })
  })

  it('places no call for a request that breaks off', async () => {
    const { connect } = await import('node:net')
    const { port } = new URL(await mock.listen())
    const client = connect(Number(port), '127.0.0.1')
    client.write(
      `POST /v1/call/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: 500\r\n\r\n${body}`,
    )
    while (mock.counts.requests === 0) await new Promise((resolve) => setImmediate(resolve))
    client.resetAndDestroy()
    expect((await place(mock)).status).toBe('dialing')
    expect(mock.calls).toHaveLength(1)
    expect(mock.journal[0]).toMatchObject({ status: undefined, callId: undefined })
  })

  it('shares the calls with mock.fetch', async () => {
    const { id } = await place(mock)
    expect((await get(await socket(mock), `/v1/call/${id}`)).status).toBe(200)
  })
})
