import { Diga } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { apiKey, body, failureOf, json, reset, setup, silence } from './support/client.ts'
import { callOf, uuid } from './support/service.ts'

const placed = () => json(201, callOf())

describe('a create', () => {
  test('is one POST to /v1/call/', async () => {
    const { diga, requests } = setup(placed)
    await diga.calls.create(body)
    expect(requests).toMatchObject([{ method: 'POST', path: '/v1/call/' }])
    expect(requests[0]?.query.size).toBe(0)
  })

  test('follows no redirect', async () => {
    const { diga, requests } = setup(placed)
    await diga.calls.create(body)
    expect(requests[0]?.init.redirect).toBe('manual')
  })

  test('sends the body as it is, with the key among its variables', async () => {
    const { diga, posts } = setup(placed)
    const version = uuid()
    const request = {
      ...body,
      dynamic_variables: { name: 'Ana', visits: 3, ñ: null },
      agent_version_id: version,
    }
    await diga.calls.create(request, { idempotencyKey: 'one' })
    expect(posts[0]?.body).toEqual({
      ...body,
      dynamic_variables: { name: 'Ana', visits: 3, ñ: null, digame_key: 'one' },
      agent_version_id: version,
    })
    expect(request.dynamic_variables).not.toHaveProperty('digame_key')
  })

  test.each([undefined, null])('carries the key if its variables are %s', async (none) => {
    const { diga, posts } = setup(placed)
    const request = none === undefined ? body : { ...body, dynamic_variables: none }
    await diga.calls.create(request, { idempotencyKey: 'one' })
    expect(posts[0]?.body).toEqual({ ...body, dynamic_variables: { digame_key: 'one' } })
  })

  test('carries a new random key each time if you pass none', async () => {
    const { diga, posts } = setup(placed)
    await Promise.all([diga.calls.create(body), diga.calls.create(body)])
    const keys = posts.map(({ body }) => body.dynamic_variables.digame_key)
    expect(keys[0]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(new Set(keys).size).toBe(2)
  })

  test('carries no key with `marker: false`', async () => {
    const { diga, posts } = setup(placed, { marker: false })
    await diga.calls.create(body, { idempotencyKey: 'one' })
    await diga.calls.create({ ...body, dynamic_variables: { name: 'Ana' } }, { idempotencyKey: 'two' })
    expect(posts.map(({ body }) => body)).toEqual([
      { ...body },
      { ...body, dynamic_variables: { name: 'Ana' } },
    ])
  })

  test('is not changed if you change the body afterwards', async () => {
    const { diga, posts } = setup(placed)
    const request = { ...body, dynamic_variables: { name: 'Ana' } }
    const placing = diga.calls.create(request)
    request.to_number = '+34600000009'
    request.dynamic_variables.name = 'Eva'
    await placing
    expect(posts[0]?.body).toMatchObject({ to_number: body.to_number, dynamic_variables: { name: 'Ana' } })
  })

  test('passes on fields that are not known here', async () => {
    const { diga, posts } = setup(placed)
    const request = { ...body, priority: 'high' }
    await diga.calls.create(request)
    expect(posts[0]?.body.priority).toBe('high')
  })

  test('resolves with the call as it came', async () => {
    const call = { ...callOf(), surprise: { deep: [1] } }
    const { diga } = setup(() => json(201, call))
    expect(await diga.calls.create(body)).toEqual(call)
  })
})

describe('the headers', () => {
  test('authenticate, name the content type, and carry the id of the send', async () => {
    const { diga, posts } = setup(placed)
    await diga.calls.create(body)
    await diga.calls.create(body)
    expect(posts[0]?.headers).toEqual({
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
    })
    expect(posts[1]?.headers['x-request-id']).not.toBe(posts[0]?.headers['x-request-id'])
  })

  test("are the client's, then the call's", async () => {
    const { diga, posts } = setup(placed, { headers: { 'X-Team': 'sales', 'x-shift': 'day' } })
    await diga.calls.create(body, { headers: { 'x-team': 'support' } })
    expect(posts[0]?.headers).toMatchObject({ 'x-team': 'support', 'x-shift': 'day' })
  })

  test('of one call are not those of the next', async () => {
    const { diga, posts } = setup(placed, { headers: { 'x-team': 'sales' } })
    await diga.calls.create(body, { headers: { 'x-team': 'support', 'x-shift': 'night' } })
    await diga.calls.create(body)
    await diga.calls.create(body, { headers: { 'x-shift': 'day' } })
    expect(posts.map(({ headers }) => [headers['x-team'], headers['x-shift']])).toEqual([
      ['support', 'night'],
      ['sales', undefined],
      ['sales', 'day'],
    ])
  })

  test.each(['x-request-id', 'X-Request-ID'])("keep the caller's %s as x-client-request-id", async (name) => {
    const { diga, requests } = setup(placed)
    await diga.calls.create(body, { headers: { [name]: 'mine' } })
    await diga.calls.get(uuid(), { headers: { [name]: 'mine' } })
    for (const { headers } of requests) {
      expect(headers['x-client-request-id']).toBe('mine')
      expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
    }
    expect(requests).toHaveLength(2)
  })

  test('do not let the authorization be replaced', async () => {
    const { diga, requests } = setup(placed, { headers: { Authorization: 'Bearer other' } })
    await diga.calls.create(body, { headers: { AUTHORIZATION: 'Basic x' } })
    await diga.raw.GET('/v1/call/', { params: { query: {} } })
    for (const { headers } of requests) expect(headers['authorization']).toBe(`Bearer ${apiKey}`)
  })

  test('change with each send of one create', async () => {
    const answers = [() => json(429, {}), placed]
    const { diga, clock, posts } = setup(() => (answers.shift() ?? placed)())
    await clock.run(diga.calls.create(body))
    expect(posts).toHaveLength(2)
    expect(posts[0]?.headers['x-request-id']).not.toBe(posts[1]?.headers['x-request-id'])
    expect(posts[0]?.body).toEqual(posts[1]?.body)
  })
})

describe('`requestId` of an error', () => {
  test('is the id that the request carried', async () => {
    const { diga, posts } = setup(() => json(400, {}))
    const error = await failureOf(diga.calls.create(body))
    expect(error.requestId).toBe(posts[0]?.headers['x-request-id'])
  })

  test('is the one in the response', async () => {
    const { diga } = setup(() => json(400, {}, { 'x-request-id': 'theirs' }))
    expect((await failureOf(diga.calls.create(body))).requestId).toBe('theirs')
  })

  test('is that of the request if the one in the response is blank', async () => {
    const { diga, posts } = setup(() => json(400, {}, { 'x-request-id': '' }))
    const error = await failureOf(diga.calls.create(body))
    expect(error.requestId).toBe(posts[0]?.headers['x-request-id'])
  })
})

test('a base URL with a path and a slash at its end is kept', async () => {
  let sent = ''
  const diga = new Diga({
    apiKey,
    baseUrl: 'http://api.test/diga/',
    fetch: async (url) => {
      sent = url
      return placed()
    },
  })
  await diga.calls.create(body)
  expect(sent).toBe('http://api.test/diga/v1/call/')
})

describe('the raw client', () => {
  test('speaks the same API with the same key', async () => {
    const { diga, requests } = setup(placed, { headers: { 'x-team': 'sales' } })
    const { data, response } = await diga.raw.POST('/v1/call/', { body })
    expect(response.status).toBe(201)
    expect(data).toMatchObject({ status: 'dialing' })
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/call/',
        body,
        headers: { authorization: `Bearer ${apiKey}`, 'x-team': 'sales' },
      },
    ])
    expect(requests[0]?.init.redirect).toBe('manual')
  })

  test('reads', async () => {
    const { diga, requests } = setup(() => json(200, { data: [], has_more: false }))
    const { data } = await diga.raw.GET('/v1/call/', { params: { query: { limit: 3 } } })
    expect(data).toEqual({ data: [], has_more: false })
    expect(requests[0]?.query.get('limit')).toBe('3')
    expect(requests[0]?.init.redirect).toBe('manual')
    expect(requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
    })
    expect(requests[0]?.init.redirect).toBe('manual')
  })

  test("passes a request id of the caller's on under another name", async () => {
    const { diga, requests } = setup(() => json(200, { data: [], has_more: false }))
    await diga.raw.GET('/v1/call/', { headers: { 'x-request-id': 'mine' } })
    expect(requests[0]?.headers).toMatchObject({
      'x-client-request-id': 'mine',
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  test('sends a create once, whatever happens', async () => {
    const { diga, requests } = setup(() => Promise.reject(reset()))
    expect(await failureOf(diga.raw.POST('/v1/call/', { body }))).toMatchObject({
      name: 'DigaConnectionError',
      placed: 'maybe',
    })
    expect(requests).toHaveLength(1)
  })

  test('fails with an error if no response arrives in time', async () => {
    const { diga, clock } = setup((request) => silence(request, true))
    const error = await clock.run(failureOf(diga.raw.POST('/v1/call/', { body })))
    expect(error).toMatchObject({ name: 'DigaTimeoutError', code: 'TIMEOUT', placed: 'maybe' })
  })

  test('ends by its signal', async () => {
    const { diga, clock } = setup((request) => silence(request, true))
    const controller = new AbortController()
    const asking = diga.raw.POST('/v1/call/', { body, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(clock.run(asking)).rejects.toThrow()
  })

  test('returns a status that may have no body', async () => {
    const { diga } = setup(() => new Response(null, { status: 204 }))
    const { response } = await diga.raw.POST('/v1/call/', { body })
    expect(response.status).toBe(204)
  })
})
