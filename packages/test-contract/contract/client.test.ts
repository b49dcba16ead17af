/** Every operation and option of the client, against the mock in this process: everything sent is valid by the spec. */
import { Diga, type DigaOptions, type ListQuery, type MessagesQuery } from '@digame/client'
import type { Mock } from '@digame/mock'
import { expect, test } from 'vitest'
import { keysAt, locate, operationsIn, type Pointer } from './document.ts'
import { makeMock, operationsSeen } from './make-mock.ts'
import { casesFor, extents, operationIds, operations, to } from './operations.ts'

const body = { from_number: '+34910000001', to_number: to }
const uuid = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
const when = '2026-07-01T00:00:00Z'

async function connect(options: DigaOptions = {}): Promise<{ diga: Diga; mock: Mock }> {
  const mock = await makeMock({ speed: 100_000 })
  const diga = new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch: mock.fetch, ...options })
  return { diga, mock }
}

const queries = ({ journal }: Mock): unknown[] => journal.map(({ query }) => query)
const bodies = ({ journal }: Mock): unknown[] => journal.map(({ body }) => body)

/** The names of an operation's query parameters, and of the fields of its body. */
function documentedNames(at: Pointer): string[] {
  const { node } = locate(at)
  const parameters = keysAt(node, 'parameters').map((index) => locate([...at, 'parameters', index]).node)
  const query = parameters.filter((parameter) => parameter['in'] === 'query').map(({ name }) => String(name))
  if (node['requestBody'] === undefined) return query
  const { node: schema } = locate([...at, 'requestBody', 'content', 'application/json', 'schema'])
  return [...query, ...keysAt(schema, 'properties')]
}

test('each parameter and each field of the spec is sent by some request', async () => {
  const { diga, mock } = await connect()
  for (const operation of operationIds) {
    for (const extent of extents) {
      const [first] = casesFor(operation)
      if (operation !== 'streamConcurrency' && first) mock.reply({ operation, code: first.code })
      await operations[operation][extent](diga)
    }
  }
  await diga.calls.list({ before: uuid }, { maxRetries: 0 }).catch(() => {})
  await diga.calls.messages(uuid, { after: uuid }, { maxRetries: 0 }).catch(() => {})
  for (const { id, at } of operationsIn()) {
    const requests = mock.journal.filter(({ operation }) => operation === id)
    const sent = requests.flatMap(({ query, body }) => [...Object.keys(query), ...Object.keys(body ?? {})])
    expect([...new Set(sent)].sort(), id).toEqual(documentedNames(at).sort())
  }
})

test.for<[string, Parameters<Diga['calls']['create']>[0], object]>([
  [
    'the variables unchanged',
    { ...body, dynamic_variables: { a: 'x', b: 1, c: null } },
    { a: 'x', b: 1, c: null },
  ],
  ['null variables', { ...body, dynamic_variables: null, agent_version_id: null }, {}],
  ['the id of a number of the account', { ...body, from_number: uuid }, {}],
])('create sends %s, and the key', async ([, request, variables]) => {
  const { diga, mock } = await connect()
  await diga.calls.create(request, { idempotencyKey: 'one' })
  expect(bodies(mock)).toEqual([{ ...request, dynamic_variables: { ...variables, digame_key: 'one' } }])
})

test('create with the marker off sends the body unchanged', async () => {
  const { diga, mock } = await connect({ marker: false })
  await diga.calls.create(body)
  await diga.calls.create({ ...body, dynamic_variables: { a: 'x' } })
  expect(bodies(mock)).toEqual([body, { ...body, dynamic_variables: { a: 'x' } }])
})

test('the headers of the client and of a request arrive', async () => {
  const { diga, mock } = await connect({ headers: { 'X-Tenant': 'one', 'x-request-id': 'mine' } })
  await diga.calls.create(body, { headers: { 'x-more': 'two' } })
  await diga.calls.list({}, { headers: { 'x-tenant': 'three' } })
  expect(mock.journal.map(({ headers }) => headers)).toMatchObject([
    { 'x-tenant': 'one', 'x-more': 'two', 'x-client-request-id': 'mine', authorization: '***' },
    { 'x-tenant': 'three', 'x-client-request-id': 'mine', authorization: '***' },
  ])
  for (const { headers } of mock.journal) expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
})

test.for<[ListQuery, object]>([
  [{ status: 'no_answer' }, { status: 'no_answer' }],
  [{ start_created_date: new Date(when) }, { start_created_date: '2026-07-01T00:00:00.000Z' }],
  [{ start_created_date: when, end_created_date: '2026-08-01T00:00:00.123456+02:00' }, {}],
  [{ agent_id: uuid, contact_id: uuid, phone_id: uuid, type: 'inbound' }, {}],
  [{ order: 'asc', limit: 1 }, { limit: '1' }],
  [
    { page: 3, limit: 1000 },
    { page: '3', limit: '1000' },
  ],
])('list sends %j', async ([query, wire]) => {
  const { diga, mock } = await connect()
  await diga.calls.list(query)
  expect(queries(mock)).toEqual([{ ...query, ...wire }])
})

test.for<[MessagesQuery, object]>([
  [{}, {}],
  [{ order: 'asc', limit: 2 }, { limit: '2' }],
  [{ page: 1 }, { page: '1' }],
])('messages sends %j', async ([query, wire]) => {
  const { diga, mock } = await connect()
  const { id } = await diga.calls.create(body)
  await diga.calls.wait(id, { intervalMs: 1 })
  const before = mock.journal.length
  await diga.calls.messages(id, query)
  expect(queries(mock).slice(before)).toEqual([{ ...query, ...wire }])
})

test('iterating reads on by the cursor, in either direction', async () => {
  const { diga, mock } = await connect()
  for (let more = 0; more < 5; more++) await diga.calls.create(body)
  const ids = mock.calls.map(({ id }) => id)
  const listed = async (query: ListQuery): Promise<string[]> => {
    const found: string[] = []
    for await (const { id } of diga.calls.list({ limit: 2, ...query })) found.push(id)
    return found
  }
  expect(await listed({ order: 'asc' })).toEqual(ids)
  expect((await listed({ order: 'asc', before: ids[4] ?? '' })).sort()).toEqual(ids.slice(0, 4).sort())
  expect(await listed({ order: 'asc', after: ids[1] ?? '', page: 1 })).toEqual(ids.slice(2))
})

test('a call whose response is lost is looked up in the list', async () => {
  const { diga, mock } = await connect()
  mock.reply({ operation: 'placeCall', fault: 'reset_after' })
  const call = await diga.calls.create(body)
  expect(mock.calls.map(({ id }) => id)).toEqual([call.id])
  expect(queries(mock)).toEqual([{}, { limit: '1000', order: 'desc' }])
})

test('find reads the list to its end', async () => {
  const { diga, mock } = await connect()
  const { id } = await diga.calls.create(body, { idempotencyKey: 'one' })
  const found = await diga.calls.find({ idempotencyKey: 'one', to_number: to, sentAt: new Date() })
  expect(found).toMatchObject({ result: 'found', call: { id } })
  const page = { data: [{ ...mock.calls[0], dynamic_variables: null }], has_more: true, last_id: id }
  mock.reply({ operation: 'listCalls', code: 200, body: page })
  const sentAt = new Date(Date.now() - 1_200_000)
  expect(await diga.calls.find({ idempotencyKey: 'two', to_number: to, sentAt })).toMatchObject({
    result: 'absent',
    candidates: [{ id }],
  })
  expect(queries(mock).slice(-2)).toEqual([
    { limit: '1000', order: 'desc' },
    { limit: '1000', order: 'desc', after: id },
  ])
})

test('watch, wait, concurrency and raw send only requests that the spec has', async () => {
  const { diga, mock } = await connect()
  const { id } = await diga.calls.create(body)
  for await (const call of diga.calls.watch(id, { intervalMs: 1, deadlineMs: 60_000 }))
    expect(call.id).toBe(id)
  expect((await diga.calls.wait(id, { intervalMs: 1 })).status).toBe('completed')
  for await (const active of diga.calls.concurrency({ timeoutMs: 5000 })) {
    expect(active).toBe(0)
    break
  }
  const path = { id }
  await diga.raw.GET('/v1/call/{id}', { params: { path } })
  await diga.raw.GET('/v1/call/{id}/message', { params: { path, query: { limit: 1 } } })
  await diga.raw.GET('/v1/call/', { params: { query: { order: 'asc' } } })
  await diga.raw.POST('/v1/call/', { body })
  expect(operationsSeen(mock).sort()).toEqual(Object.keys(operations).sort())
})

test('a request that the client refuses is not sent', async () => {
  const { diga, mock } = await connect()
  await expect(diga.calls.create({ ...body, to_number: '+14155550100' })).rejects.toThrow('Spanish')
  await expect(diga.calls.get('7')).rejects.toThrow('uuid')
  await expect(async () => diga.calls.list({ after: uuid, before: uuid })).rejects.toThrow()
  expect(mock.journal).toEqual([])
})
