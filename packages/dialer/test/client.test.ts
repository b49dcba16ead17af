import { Diga } from '@digame/client'
import { digaPort } from '@digame/dialer/client'
import { expect, test } from 'vitest'

const signal = new AbortController().signal
const request = { from_number: '+34910000001', to_number: '+34612345678', dynamic_variables: {} }
const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'

const callOf = (fields: object = {}): Record<string, unknown> => ({
  id,
  status: 'completed',
  type: 'outbound',
  contact: { id, created_date: '2026-11-18T11:00:00Z', identifier: '+34612345678', contact_type: 'call' },
  created_date: '2026-11-18T11:00:00',
  end_time: '2026-11-18T11:02:00',
  duration: 90,
  end_reason: 'hangup',
  dynamic_variables: { digame_key: 'ledger.1' },
  ...fields,
})

interface Request {
  readonly method: string
  readonly url: URL
  readonly body: Record<string, unknown> | undefined
}

/** A port whose client is answered by a function. */
function serve(respond: (request: Request) => Response | Promise<Response>, options: object = {}) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const asked = new globalThis.Request(input, init)
    const text = await asked.text()
    const seen = { method: asked.method, url: new URL(asked.url), body: text ? JSON.parse(text) : undefined }
    requests.push(seen)
    return respond(seen)
  }
  return {
    port: digaPort(new Diga({ apiKey: 'any', baseUrl: 'http://service', fetch, ...options })),
    requests,
  }
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers })
const notAfter = new Date(Date.now() + 3_600_000)
const place = (port: ReturnType<typeof serve>['port'], late = notAfter) =>
  port.place(request, { idempotencyKey: 'ledger.1', notAfter: late, signal })

test('a call is read off its response, and a moment without a zone is UTC', async () => {
  const { port, requests } = serve(() => json(callOf(), 201))
  expect(await place(port)).toEqual({
    placed: 'yes',
    call: {
      id,
      status: 'completed',
      type: 'outbound',
      hasEnded: true,
      outcome: 'completed',
      createdAt: new Date('2026-11-18T11:00:00Z'),
      endedAt: new Date('2026-11-18T11:02:00Z'),
      key: 'ledger.1',
      to_number: '+34612345678',
      seconds: 90,
      endReason: 'hangup',
    },
  })
  expect(requests[0]?.body?.['dynamic_variables']).toEqual({ digame_key: 'ledger.1' })
})

test.each([
  ['Concurrency limit reached', null, { outcome: 'not_reached', hitConcurrencyLimit: true }],
  ['call_error', null, { outcome: 'not_reached' }],
  ['a reason that nobody knows', null, { outcome: 'no_answer' }],
  ['a reason that nobody knows', '2026-11-18T11:00:30', { outcome: 'other' }],
])('an ended call with the reason %s and the start %s: %o', async (end_reason, start_time, expected) => {
  const { port } = serve(() => json(callOf({ end_reason, start_time, duration: null })))
  const { outcome, hitConcurrencyLimit, endReason } = await port.get(id, { signal })
  expect({ outcome, hitConcurrencyLimit, endReason }).toEqual({ ...expected, endReason: end_reason })
})

const apiError = (error_code: string, status: number): Response =>
  json({ status: 'error', error_code, message: 'no' }, status, { 'retry-after': '7' })

test.each([
  [400, 'NON_SPANISH_PHONE_NUMBER', 'lead_refused'],
  [400, 'ANOTHER_CODE', 'blocked'],
  [401, 'INVALID_API_KEY', 'blocked'],
  [402, 'NON_SPANISH_PHONE_NUMBER', 'blocked'],
  [403, 'MISSING_PERMISSIONS', 'blocked'],
  [404, 'PHONE_NUMBER_NOT_FOUND', 'blocked'],
  [412, 'SIP_CONFIG_NOT_SET', 'blocked'],
  [422, 'VALIDATION_ERROR', 'blocked'],
  [429, 'TOO_MANY', 'rate_limited'],
])('a %i %s is known to be no call: %s', async (status, code, reason) => {
  const { port, requests } = serve(() => apiError(code, status))
  expect(await place(port)).toEqual({ placed: 'no', reason, code, status, retryAfterMs: 7000 })
  expect(requests).toHaveLength(1)
})

test.each([
  ['its number', [['body', 'to_number']], 'lead_refused'],
  ['its variables', [['body', 'dynamic_variables', 'name']], 'lead_refused'],
  [
    'both',
    [
      ['body', 'to_number'],
      ['body', 'dynamic_variables'],
    ],
    'lead_refused',
  ],
  ['the calling number', [['body', 'from_number']], 'blocked'],
  ['the agent', [['body', 'agent_version_id']], 'blocked'],
  ['the key', [['body', 'dynamic_variables', 'digame_key']], 'blocked'],
  [
    'its number and the calling number',
    [
      ['body', 'to_number'],
      ['body', 'from_number'],
    ],
    'blocked',
  ],
  ['a field with a longer name', [['body', 'to_number_2']], 'blocked'],
  ['the whole body', [['body']], 'blocked'],
  ['nothing', [], 'blocked'],
])('a 422 about %s: %s', async (_, locations, reason) => {
  const { port } = serve(() =>
    json({ detail: locations.map((loc) => ({ loc, msg: 'no', type: 'value' })) }, 422),
  )
  expect(await place(port)).toMatchObject({ placed: 'no', reason, status: 422 })
})

test.each([
  ['number', { to_number: '+33612345678' }, 'lead_refused'],
  ['variables', { dynamic_variables: { digame_key: 'mine' } }, 'lead_refused'],
  ['calling number', { from_number: 'reception' }, 'blocked'],
  ['agent', { agent_version_id: 'the friendly one' }, 'blocked'],
])('a wrong %s is refused before anything is sent: %s', async (_, fields, reason) => {
  const { port, requests } = serve(() => json(callOf(), 201))
  const options = { idempotencyKey: 'ledger.1', notAfter, signal }
  expect(await port.place({ ...request, ...fields }, options)).toMatchObject({ placed: 'no', reason })
  expect(requests).toEqual([])
})

test.each([[500], [502], [408], [409], [302]])(
  'a %i may have placed a call, and is neither sent again nor looked up',
  async (status) => {
    const { port, requests } = serve(() => new Response(null, { status }))
    expect(await place(port)).toMatchObject({ placed: 'maybe', status, sentAt: expect.any(Date) })
    expect(requests.map(({ method }) => method)).toEqual(['POST'])
  },
)

test('a fetch that fails may have placed a call', async () => {
  const { port, requests } = serve(() => Promise.reject(new TypeError('fetch failed')))
  expect(await place(port)).toMatchObject({ placed: 'maybe', code: 'CONNECTION' })
  expect(requests).toHaveLength(1)
})

test('nothing is sent after the deadline', async () => {
  const { port, requests } = serve(() => json(callOf(), 201))
  expect(await place(port, new Date(0))).toEqual({ placed: 'no', reason: 'not_after', code: 'NOT_AFTER' })
  expect(requests).toEqual([])
})

const page = (data: unknown[], has_more: boolean): Response =>
  json({ data, has_more, first_id: null, last_id: null }, 200, { date: new Date().toUTCString() })

/** A service with pages of calls, after the one that shows its time. */
const pages = (all: readonly unknown[][]) =>
  serve(({ url }) => {
    if (url.searchParams.get('limit') === '1') return page([], false)
    const after = url.searchParams.get('after')
    const index = after === null ? 0 : all.findIndex((calls) => JSON.stringify(calls).includes(after)) + 1
    return page(all[index] ?? [], index + 1 < all.length || all[index] === undefined)
  })

const listed = async (port: ReturnType<typeof serve>['port'], since: Date): Promise<string[]> => {
  const ids: string[] = []
  for await (const call of port.list({ since, signal })) ids.push(call.id)
  return ids
}
const numbered = (digit: number, hoursAgo: number): Record<string, unknown> =>
  callOf({
    id: id.replace(/.$/, String(digit)),
    created_date: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
  })

test('a list reads page by page, gives each call once, and stops at calls that are old enough', async () => {
  const { port, requests } = pages([
    [numbered(1, 1), numbered(2, 2)],
    [numbered(2, 2), numbered(3, 9)],
    [numbered(4, 10)],
  ])
  const ids = await listed(port, new Date(Date.now() - 3 * 3_600_000))
  expect(ids.map((one) => one.at(-1))).toEqual(['1', '2', '3'])
  expect(requests).toHaveLength(3)
})

test('an old call ends a list only where the page runs from new to old', async () => {
  const { port } = pages([[numbered(1, 9), numbered(2, 1)], [numbered(3, 2)]])
  const ids = await listed(port, new Date(Date.now() - 3 * 3_600_000))
  expect(ids.map((one) => one.at(-1))).toEqual(['1', '2', '3'])
})

test('a list that says there is more and shows nothing more is an error', async () => {
  const { port } = serve(({ url }) =>
    url.searchParams.get('limit') === '1' ? page([], false) : page([numbered(1, 1)], true),
  )
  await expect(listed(port, new Date(0))).rejects.toThrow('cut short')
})

test('a list needs to know the time of the service', async () => {
  const { port } = serve(() => json({ data: [], has_more: false }))
  await expect(listed(port, new Date(0))).rejects.toThrow("does not show the service's time")
})
