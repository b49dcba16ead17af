import { createMock, type Mock, type Reply } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { beforeEach, describe, expect, it } from 'vitest'
import { direct, get, lead, noon, place, post, type Way } from './http.ts'

let mock: Mock
let way: Way

beforeEach(async () => {
  mock = await createMock({ clock: createTestClock({ start: noon }) })
  way = direct(mock)
})

describe('replies', () => {
  it('are used in order, each once', async () => {
    mock.reply({ code: 500 })
    mock.reply({ code: 403, example: 'internal_server_error' })
    mock.reply({})
    mock.reply({ code: 412 })
    const responses = [
      await post(way, lead),
      await post(way, lead),
      await post(way, lead),
      await post(way, lead),
    ]
    expect(responses.map(({ status }) => status)).toEqual([500, 403, 201, 412])
    expect(await responses[1]?.json()).toMatchObject({ error_code: 'INTERNAL_SERVER_ERROR' })
    expect((await post(way, lead)).status).toBe(201)
  })

  it('go to the operation that they name', async () => {
    mock.reply({ operation: 'placeCall', code: 500 })
    expect((await get(way, '/v1/call/')).status).toBe(200)
    expect((await post(way, lead)).status).toBe(500)
  })

  it('without an operation wait for one to which they can apply', async () => {
    mock.reply({ code: 412 })
    expect((await get(way, '/v1/call/')).status).toBe(200)
    expect((await post(way, lead)).status).toBe(412)
  })

  it('with the example of a success place no call', async () => {
    mock.reply({ example: 'in_queue' })
    const response = await post(way, lead)
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({
      status: 'in_queue',
      id: '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a02',
    })
    expect(mock.calls).toHaveLength(0)
  })

  it('with placed place a call behind any response', async () => {
    mock.reply({
      code: 502,
      body: '<h1>Bad gateway</h1>',
      headers: { 'Content-Type': 'text/html' },
      placed: true,
    })
    const response = await post(way, lead)
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toBe('text/html')
    expect(await response.text()).toBe('<h1>Bad gateway</h1>')
    expect(mock.journal[0]?.callId).toBe(mock.calls[0]?.id)
    expect(mock.calls).toHaveLength(1)
  })

  it.each<[unknown, string, string | null]>([
    ['', '', 'text/plain; charset=utf-8'],
    ['text', 'text', 'text/plain; charset=utf-8'],
    [null, 'null', 'application/json'],
    [{ a: 1 }, '{"a":1}', 'application/json'],
  ])('can have any body: %o', async (body, text, type) => {
    mock.reply({ code: 429, body })
    const response = await post(way, lead)
    expect(response.status).toBe(429)
    expect(await response.text()).toBe(text)
    expect(response.headers.get('content-type')).toBe(type)
  })

  it('have no body with a status that has none', async () => {
    mock.reply({ code: 204, body: '' })
    const response = await post(way, lead)
    expect(response.status).toBe(204)
    expect(response.body).toBeNull()
  })

  it('add headers to the usual response', async () => {
    mock.reply({ headers: { 'X-Served-By': 'gateway' } })
    const response = await post(way, lead)
    expect(response.status).toBe(201)
    expect(response.headers.get('x-served-by')).toBe('gateway')
    expect(mock.calls).toHaveLength(1)
  })

  it('with a body also go to requests that the spec does not have', async () => {
    mock.reply({ code: 503, body: '' })
    expect((await get(way, '/health')).status).toBe(503)
  })

  it('do not hide violations', async () => {
    mock.reply({ code: 201, body: {} })
    await post(way, { ...lead, from_number: 1 })
    expect(() => mock.expectNoViolations()).toThrow('body.from_number')
  })

  it('take precedence over a test number', async () => {
    mock.reply({ code: 404 })
    expect((await post(way, { ...lead, to_number: '+34500000010' })).status).toBe(404)
  })
})

describe('a reply that can never apply', () => {
  it.each<[Reply, string]>([
    [null as unknown as Reply, 'A reply is an object'],
    [[] as Reply, 'A reply is an object'],
    [{ placed: 'no' } as unknown as Reply, 'placed is true or false'],
    [{ headers: { 'Content-Length': '3' } }, 'A reply cannot set content-length'],
    [{ headers: { 'transfer-encoding': 'chunked' } }, 'A reply cannot set transfer-encoding'],
    [{ code: 418 }, 'The spec has no response 418 for any operation; give a body of your own'],
    [
      { code: 412, operation: 'getCall' },
      'The spec has no response 412 for getCall; give a body of your own',
    ],
    [
      { example: 'nope', operation: 'placeCall' },
      'no example "nope" for placeCall; there are dialing, in_queue',
    ],
    [
      { code: 403, example: 'nope' },
      'no example "nope" for any operation; there are missing_permissions, internal',
    ],
    [
      { operation: 'hangUp' as 'placeCall' },
      'There is no operation "hangUp"; there are placeCall, listCalls',
    ],
    [{ fault: 'reset' as 'fin' }, 'There is no fault "reset"; there are reset_before, reset_after'],
    [{ code: 99, body: '' }, 'A code is a whole number from 200 to 599, not 99'],
    [{ example: 'dialing', body: '' }, 'A reply has an example or a body, not both'],
    [{ placed: false }, 'there is no usual response: give a code, a body or a fault'],
    [{ status: 500 } as Reply, 'A reply has no "status"; it has operation, code'],
    [{ headers: { 'a b': '1' } }, 'a b'],
  ])('is refused: %o', async (reply, message) => {
    expect(() => mock.reply(reply)).toThrow(TypeError)
    expect(() => mock.reply(reply)).toThrow(message)
    expect((await place(mock)).status).toBe('dialing')
  })
})
