import { createMock, type ServeOptions, serveMock } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { describe, expect, it } from 'vitest'
import { get, lead, noon, post } from './http.ts'

async function serve(options: ServeOptions = {}) {
  const lines: string[] = []
  const io = { out: (line: string) => lines.push(line) }
  const server = await serveMock(
    { port: 0, controlPort: 0, clock: createTestClock({ start: noon }), seed: 1, ...options },
    io,
  )
  return {
    ...server,
    lines,
    way: { fetch: globalThis.fetch, url: server.url },
    [Symbol.asyncDispose]: server.close,
  }
}

const json = { 'content-type': 'application/json' }

describe('serveMock', () => {
  it('says where it listens and logs each request, with numbers masked', async () => {
    await using server = await serve({ speed: 10 })
    const { url, controlUrl, lines, mock } = server
    await post(server.way, { ...lead, colour: 'red' })
    await post(server.way, { ...lead, to_number: '+34500000010' }).catch(() => {})
    await get(server.way, '/v1/call/+34612345678')
    expect(lines).toEqual([
      `The mock of the call API listens on ${url} (vocabulary seed, speed 10, seed 1)`,
      `Journal, calls and replies: ${controlUrl}/_mock/`,
      `12:00:00 POST /v1/call/ +346******78 201 call ${mock.calls[0]?.id} ! body.colour unknown_key`,
      `12:00:00 POST /v1/call/ +345******10 no response (reset_after) call ${mock.calls[1]?.id}`,
      '12:00:00 GET /v1/call/+346******78 422 ! path.id format',
    ])
  })

  it('responds 413 to a body above 1 MiB on both ports', async () => {
    await using server = await serve()
    const huge = 'x'.repeat(2 ** 20 + 1)
    const response = await post(server.way, huge)
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
    expect(await response.json()).toMatchObject({ status: 'error', error_code: 'PAYLOAD_TOO_LARGE' })
    expect(server.mock.journal).toMatchObject([{ status: 413, body: undefined }])
    expect(server.lines.at(-1)).toMatch(/POST .* 413$/)
    const control = await fetch(`${server.controlUrl}/_mock/reply`, {
      method: 'POST',
      headers: json,
      body: huge,
    })
    expect(control.status).toBe(413)
    expect((await post(server.way, lead)).status).toBe(201)
  })

  it('passes the lines for requests to log, if there is one', async () => {
    const out: string[] = []
    const log: string[] = []
    const server = await serveMock(
      { port: 0, controlPort: false },
      { out: (line) => out.push(line), log: (line) => log.push(line) },
    )
    await post({ fetch: globalThis.fetch, url: server.url }, lead)
    await server.close()
    expect([out.length, log.length]).toEqual([1, 1])
    expect(log[0]).toContain('POST /v1/call/')
  })

  it('writes JSON', async () => {
    await using server = await serve({ json: true, controlPort: false })
    await post(server.way, lead)
    expect(server.lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'listening', url: server.url, vocabulary: 'seed', speed: 1, seed: 1 },
      {
        event: 'request',
        time: '2026-07-22T12:00:00.000Z',
        method: 'POST',
        path: '/v1/call/',
        operation: 'placeCall',
        to_number: '+346******78',
        status: 201,
        callId: server.mock.calls[0]?.id,
        violations: [],
      },
    ])
  })

  it('draws a seed, so that ids do not occur again', async () => {
    const idOf = async () => {
      const server = await serveMock({ port: 0, controlPort: false }, { out: () => {} })
      await post({ fetch: globalThis.fetch, url: server.url }, lead)
      await server.close()
      return server.mock.calls[0]?.id
    }
    expect(await idOf()).not.toBe(await idOf())
  })

  it('leaves nothing listening when a port is taken', async () => {
    await using other = await createMock()
    const taken = Number(new URL(await other.listen()).port)
    const passing = await createMock()
    const port = Number(new URL(await passing.listen()).port)
    await passing.close()
    await expect(serve({ port: taken })).rejects.toThrow(`Port ${taken} is taken`)
    await expect(serve({ port, controlPort: taken })).rejects.toThrow(`Port ${taken} is taken`)
    await other.listen(port)
  })

  it('refuses a port out of range', async () => {
    const expected = new TypeError('port is a whole number from 0 to 65535, not 70000')
    await expect(serve({ port: 70_000 })).rejects.toThrow(expected)
  })
})

describe('the control port', () => {
  it('serves the journal and the calls', async () => {
    await using server = await serve()
    await post(server.way, lead)
    const read = async (path: string) => (await fetch(`${server.controlUrl}/_mock/${path}`)).json()
    expect(await read('calls')).toEqual(server.mock.calls)
    expect(await read('journal')).toMatchObject([{ method: 'POST', status: 201, body: lead }])
    expect(await read('x')).toEqual({ error: expect.stringContaining('GET /_mock/journal') })
  })

  it('takes replies', async () => {
    await using server = await serve()
    const reply = (body: string, headers: Record<string, string> = json) =>
      fetch(`${server.controlUrl}/_mock/reply`, { method: 'POST', headers, body })
    expect(await (await reply('{"code":500}')).json()).toEqual({ queued: true })
    expect((await post(server.way, lead)).status).toBe(500)
    const wrong = await reply('{"code":418}')
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toEqual({ error: expect.stringContaining('no response 418') })
    expect((await reply('{')).status).toBe(400)
    expect((await reply('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(server.way, lead)).status).toBe(201)
  })
})
