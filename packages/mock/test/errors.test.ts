import { createMock, type MockOptions } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { describe, expect, it } from 'vitest'
import { authorized, base, direct, get, lead, noon, place, post, rejection, socket } from './http.ts'

const mocked = (options: MockOptions = {}) =>
  createMock({ clock: createTestClock({ start: noon }), ...options })
const json = { 'content-type': 'application/json' }

describe('a body of the wrong shape', () => {
  const uuid = 'not-a-uuid'
  it.each([
    ['nothing', '', [['body', 'missing']]],
    [
      'an empty object',
      {},
      [
        ['body.from_number', 'missing'],
        ['body.to_number', 'missing'],
      ],
    ],
    ['a list', [], [['body', 'dict_type']]],
    ['a number for a string', { ...lead, to_number: 34 }, [['body.to_number', 'string_type']]],
    [
      'a malformed from_number',
      { ...lead, from_number: '910' },
      [['body.from_number', 'string_pattern_mismatch']],
    ],
    [
      'a version that is not a uuid',
      { ...lead, agent_version_id: uuid },
      [['body.agent_version_id', 'uuid_parsing']],
    ],
    [
      'variables that are a list',
      { ...lead, dynamic_variables: [] },
      [['body.dynamic_variables', 'dict_type']],
    ],
  ])('gets 422 for %s', async (_, body, expected) => {
    const mock = await mocked()
    const response = await post(direct(mock), body)
    expect(response.status).toBe(422)
    const { detail } = (await response.json()) as { detail: { loc: string[]; msg: string; type: string }[] }
    expect(detail.map(({ loc, type }) => [loc.join('.'), type])).toEqual(expected)
    for (const { msg } of detail) expect(msg).toMatch(/^(Field required|Must (be|match) .+)$/)
    expect(mock.calls).toHaveLength(0)
  })

  it('gets 422 for another content type', async () => {
    const mock = await mocked()
    const headers = { ...authorized, 'content-type': 'text/plain' }
    const response = await post(direct(mock), lead, { headers })
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({
      detail: [
        { loc: ['body'], msg: 'Supported content types: application/json', type: 'model_attributes_type' },
      ],
    })
  })

  it('gets 400 for malformed JSON', async () => {
    const mock = await mocked()
    const response = await post(direct(mock), '{"from_number": ')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      status: 'error',
      error_code: 'INVALID_JSON',
      message: 'The body is not JSON',
    })
  })
})

describe('a query of the wrong shape', () => {
  it.each([
    ['limit=0', 'limit', 'greater_than_equal'],
    ['limit=1001', 'limit', 'less_than_equal'],
    ['limit=many', 'limit', 'int_parsing'],
    ['page=0', 'page', 'greater_than_equal'],
    ['order=up', 'order', 'enum'],
    ['status=ringing', 'status', 'enum'],
    ['after=x', 'after', 'uuid_parsing'],
    ['start_created_date=yesterday', 'start_created_date', 'datetime_parsing'],
  ])('gets 422 for %s', async (query, name, type) => {
    const response = await get(direct(await mocked()), `/v1/call/?${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['query', name], type }] })
  })

  it('gets 422 for an id that is not a uuid', async () => {
    const response = await get(direct(await mocked()), '/v1/call/7')
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['path', 'id'], type: 'uuid_parsing' }] })
  })
})

describe('a request without permission', () => {
  it.each([[{}], [{ authorization: 'Basic abc' }], [{ authorization: 'Bearer ' }]])(
    'gets 401 for %o',
    async (headers) => {
      const mock = await mocked()
      const response = await post(direct(mock), lead, { headers: { ...json, ...headers } })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await response.json()).toMatchObject({ error_code: 'INVALID_API_KEY' })
      expect(mock.calls).toHaveLength(0)
    },
  )

  const keys = { 'sk-write': 'write', 'sk-read': 'read', 'sk-none': 'none' } as const
  it.each([
    ['sk-write', 201, 200],
    ['sk-read', 403, 200],
    ['sk-none', 403, 403],
    ['sk-other', 401, 401],
    ['toString', 401, 401],
  ])('with the key %s gets %i to place a call and %i to read', async (key, placing, reading) => {
    const way = direct(await mocked({ keys }))
    const headers = { ...json, authorization: `Bearer ${key}` }
    const placed = await post(way, lead, { headers })
    expect(placed.status).toBe(placing)
    if (placing === 403) expect(await placed.json()).toMatchObject({ error_code: 'MISSING_PERMISSIONS' })
    expect((await get(way, '/v1/call/', { headers })).status).toBe(reading)
  })

  it('gets 401 before its body is checked', async () => {
    const way = direct(await mocked({ keys }))
    const headers = { ...json, authorization: 'Bearer sk-other' }
    expect((await post(way, {}, { headers })).status).toBe(401)
  })
})

describe('a phone number', () => {
  it.each(['+14155550100', '+3461234567', '+34112345678', '612345678', ''])(
    'to call is refused if it is not Spanish: %s',
    async (to_number) => {
      const mock = await mocked()
      const response = await post(direct(mock), { ...lead, to_number })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({
        status: 'error',
        error_code: 'NON_SPANISH_PHONE_NUMBER',
        message: `${to_number} is not a Spanish phone number`,
      })
      expect(mock.calls).toHaveLength(0)
    },
  )

  it('to call is checked after the shape of the body', async () => {
    const response = await post(direct(await mocked()), { to_number: '+14155550100' })
    expect(await response.json()).toMatchObject({
      detail: [{ loc: ['body', 'from_number'], type: 'missing' }],
    })
  })

  const numbers = { '+34910000001': 'ready', '+34910000002': 'no_sip', '+34910000003': 'unverified' } as const
  it.each([
    ['+34910000002', 412, 'SIP_CONFIG_NOT_SET'],
    ['+34910000003', 403, 'INTERNAL_SERVER_ERROR'],
    ['+34910000009', 404, 'PHONE_NUMBER_NOT_FOUND'],
    ['9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4', 404, 'PHONE_NUMBER_NOT_FOUND'],
  ])('to call from is refused: %s', async (from_number, status, error_code) => {
    const mock = await mocked({ numbers })
    expect((await place(mock)).status).toBe('dialing')
    const response = await post(direct(mock), { ...lead, from_number })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ status: 'error', error_code })
    expect(mock.calls).toHaveLength(1)
  })
})

describe('a path', () => {
  const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'

  it('gets 404 if there is no such call', async () => {
    const response = await get(direct(await mocked()), `/v1/call/${id}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      status: 'error',
      error_code: 'CALL_NOT_FOUND',
      message: `There is no call ${id}`,
    })
  })

  it.each([
    ['/v1/call?limit=2', '/v1/call/?limit=2'],
    [`/v1/call/${id}/`, `/v1/call/${id}`],
    ['/v1/call/concurrency/stream/', '/v1/call/concurrency/stream'],
  ])('with a wrong last slash is redirected: %s', async (wrong, right) => {
    const response = await get(direct(await mocked()), wrong, { redirect: 'manual' })
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toBe(`${base}${right}`)
  })

  describe.each([
    ['mock.fetch', direct],
    ['HTTP', socket],
  ] as const)('over %s', (_, wayTo) => {
    it.each([
      ['/v1/call/%00%ff', 422],
      ['/v1/call/%', 422],
      ['/v1/call/%zz/message', 422],
      ['/v1/call/%ff%37', 422],
      ['/%ff', 404],
    ])('with broken escapes is refused like any other: %s', async (path, status) => {
      await using mock = await mocked()
      const way = await wayTo(mock)
      const response = await get(way, path)
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject(
        status === 404
          ? { status: 'error', error_code: 'NOT_FOUND' }
          : { detail: [{ loc: ['path', 'id'], type: 'uuid_parsing' }] },
      )
      expect(mock.journal).toMatchObject([{ path, status }])
      if (status === 422) expect((await get(way, path, { headers: {} })).status).toBe(401)
    })

    it.each(['x', ';;', 'application/json, text/plain'])(
      'gets 422 with the content type %s',
      async (type) => {
        await using mock = await mocked()
        const headers = { ...authorized, 'content-type': type }
        const response = await post(await wayTo(mock), lead, { headers })
        expect(response.status).toBe(422)
        expect(await response.json()).toMatchObject({ detail: [{ loc: ['body'] }] })
        expect(mock.calls).toEqual([])
      },
    )

    it('gets 500 in the envelope if the mock itself fails', async () => {
      const onRequest = () => {
        throw new Error('Disk full')
      }
      await using mock = await mocked({ onRequest })
      const response = await get(await wayTo(mock), '/v1/call/')
      expect(response.status).toBe(500)
      expect(await response.json()).toEqual({
        status: 'error',
        error_code: 'INTERNAL_SERVER_ERROR',
        message: 'The mock itself failed: Error: Disk full',
      })
    })
  })

  it('gets 404 if it is not in the spec, and 405 for another method', async () => {
    const way = direct(await mocked())
    expect(await (await get(way, '/v2')).json()).toMatchObject({ status: 'error', error_code: 'NOT_FOUND' })
    const response = await get(way, '/v1/call/', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, GET')
    expect(await response.json()).toMatchObject({ error_code: 'METHOD_NOT_ALLOWED' })
  })
})

describe('an option with a wrong value', () => {
  it.each([
    [{ speed: 0 }, 'speed is a finite number above 0, not 0'],
    [{ speed: Number.NaN }, 'speed is a finite number above 0, not NaN'],
    [{ seed: 1.5 }, 'seed is a whole number, not 1.5'],
    [{ maxConcurrent: 0 }, 'maxConcurrent is a whole number from 1, not 0'],
    [{ listDelay: -1 }, 'listDelay is a number of milliseconds from 0, not -1'],
    [{ keepCalls: -1 }, 'keepCalls is a whole number from 0, not -1'],
    [{ endReasons: 'none' as 'known' }, "endReasons is 'known' or 'unknown', not none"],
    [{ overLimit: 'drop' as 'end' }, "overLimit is 'queue' or 'end', not drop"],
    [{ vocabulary: 'new' as 'seed' }, "vocabulary is 'seed' or '2026-07', not new"],
    [
      { keys: { secret: 'admin' as 'read' } },
      'keys gives each API key one of the permissions write, read, none',
    ],
    [
      { numbers: { '+34910000001': 'on' as 'ready' } },
      'The state of a number is one of ready, no_sip, unverified, not on',
    ],
  ])('is refused: %o', async (options, message) => {
    await expect(createMock(options)).rejects.toThrow(new TypeError(message))
  })
})

describe('an unknown option', () => {
  it.each([
    [{ sped: 2 }, 'There is no option "sped"; did you mean "speed"?'],
    [{ maxConcurent: 2 }, 'There is no option "maxConcurent"; did you mean "maxConcurrent"?'],
    [{ keeprequests: 2 }, 'There is no option "keeprequests"; did you mean "keepRequests"?'],
    [
      { port: 4010 },
      'There is no option "port"; there are vocabulary, endReasons, speed, seed, maxConcurrent, overLimit, keys, numbers, listDelay, keepCalls, keepRequests, document, clock, onRequest',
    ],
    [{ constructor: 1 }, 'There is no option "constructor"; there are vocabulary,'],
  ])('is refused: %o', async (options, message) => {
    const error = await rejection(createMock(options as MockOptions))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(message)
  })
})
