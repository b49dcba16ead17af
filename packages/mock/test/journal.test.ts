import { createMock, type Mock, type MockOptions } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { describe, expect, it } from 'vitest'
import { direct, get, lead, noon, place, post } from './http.ts'

const mocked = (options: MockOptions = {}) =>
  createMock({ clock: createTestClock({ start: noon }), ...options })

const listViolations = (mock: Mock) => {
  try {
    mock.expectNoViolations()
  } catch (error) {
    return (error as Error).message.split('\n').slice(1)
  }
  return []
}

describe('an entry', () => {
  it('has the request and the response', async () => {
    const mock = await mocked()
    const { id } = await place(mock)
    await get(direct(mock), '/v1/call/?limit=2&order=asc')
    expect(mock.journal).toEqual([
      {
        number: 1,
        at: noon,
        method: 'POST',
        path: '/v1/call/',
        query: {},
        headers: { authorization: '***', 'content-type': 'application/json' },
        body: lead,
        operation: 'placeCall',
        status: 201,
        violations: [],
        fault: undefined,
        callId: id,
      },
      expect.objectContaining({ method: 'GET', operation: 'listCalls', query: { limit: '2', order: 'asc' } }),
    ])
  })

  it('never has the API key', async () => {
    const mock = await mocked()
    await place(mock)
    expect(JSON.stringify(mock.journal)).not.toContain('sk-test')
  })

  it('is counted', async () => {
    const mock = await mocked()
    await place(mock)
    await post(direct(mock), {})
    await get(direct(mock), '/v1/call/')
    expect(mock.counts).toEqual({ requests: 3, posts: 2, placed: 1 })
  })

  it('is passed to onRequest once the response is known', async () => {
    const entries: unknown[] = []
    const mock = await mocked({ onRequest: ({ status, callId }) => entries.push([status, callId]) })
    const { id } = await place(mock)
    expect(entries).toEqual([[201, id]])
  })
})

describe('violations', () => {
  it('are empty for what the spec allows', async () => {
    const mock = await mocked()
    const uuid = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
    const { id } = await place(mock, { dynamic_variables: { any: [1] }, agent_version_id: uuid })
    await place(mock, { dynamic_variables: null, agent_version_id: null })
    await get(direct(mock), `/v1/call/${id}`)
    await get(direct(mock), '/v1/call/?limit=1000&page=2&order=desc&type=inbound&status=in_queue')
    await get(direct(mock), `/v1/call/${id}/message?limit=5&after=${uuid}`)
    expect(listViolations(mock)).toEqual([])
  })

  it('include unknown keys, although the service ignores them', async () => {
    const mock = await mocked()
    const response = await post(direct(mock), { ...lead, to: '+34612345678', dynamic_variables: { to: 1 } })
    expect(response.status).toBe(201)
    expect((await get(direct(mock), '/v1/call/?Limit=5&colour=red')).status).toBe(200)
    expect(listViolations(mock)).toEqual([
      '  #1 POST /v1/call/ (placeCall): body.to: The spec has no body key to [unknown_key]',
      '  #2 GET /v1/call/ (listCalls): query.Limit: The spec has no query key Limit [unknown_key]',
      '  #2 GET /v1/call/ (listCalls): query.colour: The spec has no query key colour [unknown_key]',
    ])
  })

  it('give the real reasons', async () => {
    const mock = await mocked()
    await post(direct(mock), { ...lead, to_number: '+14155550100' })
    await post(direct(mock), lead, { headers: {} })
    await get(direct(mock), '/v1/call')
    const codes = mock.journal.map(({ violations }) =>
      violations.map(({ location, code }) => [location.join('.'), code]),
    )
    expect(codes).toEqual([
      [['body.to_number', 'pattern']],
      [
        ['header.authorization', '401'],
        ['body', '415'],
      ],
      [['path', 'no_operation']],
      [],
    ])
    expect(listViolations(mock)).toHaveLength(4)
  })

  it('are counted even if their entries are dropped', async () => {
    const mock = await mocked({ keepRequests: 1 })
    await post(direct(mock), {})
    await place(mock)
    await place(mock)
    expect(mock.journal.map(({ number }) => number)).toEqual([3])
    expect(listViolations(mock)).toEqual(['  older requests, no longer in the journal: 1'])
  })
})
