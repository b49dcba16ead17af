/** Every operation and option of the client against the mock, without a socket: what it sends passes the spec. */
import { Diga, type DigaOptions, type ListQuery, type MessagesQuery } from '@digame/client'
import type { Mock } from '@digame/mock'
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { expect, test } from 'vitest'
import { makeMock, operationsSeen } from './make-mock.ts'
import { cases, operations, to } from './operations.ts'

const body = { from_number: '+34910000001', to_number: to }
const uuid = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
const when = '2026-07-01T00:00:00Z'

async function setup(options: DigaOptions = {}): Promise<{ diga: Diga; mock: Mock }> {
  const mock = await makeMock({ speed: 100_000 })
  const given = { apiKey: 'key', baseUrl: 'http://mock', fetch: mock.fetch, ...options }
  return { diga: new Diga(given), mock }
}

const queries = ({ journal }: Mock): unknown[] => journal.map(({ query }) => query)
const bodies = ({ journal }: Mock): unknown[] => journal.map(({ body }) => body)

test('each parameter and each field of the spec is sent by some request', async () => {
  const { diga, mock } = await setup()
  for (const [operation, call] of Object.entries(operations)) {
    for (const kind of ['required', 'everything'] as const) {
      const { code } = cases.find((one) => one.operation === operation) ?? {}
      if (operation !== 'streamConcurrency')
        mock.reply({ operation: operation as never, code: code as number })
      await call[kind](diga)
    }
  }
  await diga.calls.list({ before: uuid }, { maxRetries: 0 }).catch(() => {})
  await diga.calls.messages(uuid, { after: uuid }, { maxRetries: 0 }).catch(() => {})
  const sent = (id: string): string[] => {
    const of = mock.journal.filter(({ operation }) => operation === id)
    return [...new Set(of.flatMap(({ query, body }) => [...Object.keys(query), ...Object.keys(body ?? {})]))]
  }
  const parameters = document.components.parameters as Record<string, { name: string; in: string }>
  for (const path of Object.values(document.paths)) {
    for (const { operationId, parameters: own = [] } of Object.values(path) as Operation[]) {
      const names = own
        .map((one) => ('$ref' in one ? parameters[one.$ref.split('/').at(-1) as string] : one))
        .filter((one) => one?.in === 'query')
        .map((one) => one?.name)
      const fields = operationId === 'placeCall' ? document.components.schemas.CallRequest.properties : {}
      expect(sent(operationId).sort(), operationId).toEqual([...names, ...Object.keys(fields)].sort())
    }
  }
})

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly (
    | { readonly $ref: string }
    | { readonly name: string; readonly in: string }
  )[]
}

test.for<[string, Parameters<Diga['calls']['create']>[0], object]>([
  [
    'the variables as they are',
    { ...body, dynamic_variables: { a: 'x', b: 1, c: null } },
    { a: 'x', b: 1, c: null },
  ],
  ['null variables', { ...body, dynamic_variables: null, agent_version_id: null }, {}],
  ['a number of the account by its id', { ...body, from_number: uuid }, {}],
])('create sends %s, and the key', async ([, request, variables]) => {
  const { diga, mock } = await setup()
  await diga.calls.create(request, { idempotencyKey: 'one' })
  expect(bodies(mock)).toEqual([{ ...request, dynamic_variables: { ...variables, digame_key: 'one' } }])
})

test('create without the marker sends the body as it is', async () => {
  const { diga, mock } = await setup({ marker: false })
  await diga.calls.create(body)
  await diga.calls.create({ ...body, dynamic_variables: { a: 'x' } })
  expect(bodies(mock)).toEqual([body, { ...body, dynamic_variables: { a: 'x' } }])
})

test('headers of the client and of a request arrive', async () => {
  const { diga, mock } = await setup({ headers: { 'X-Tenant': 'one', 'x-request-id': 'mine' } })
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
  const { diga, mock } = await setup()
  await diga.calls.list(query)
  expect(queries(mock)).toEqual([{ ...query, ...wire }])
})

test.for<[MessagesQuery, object]>([
  [{}, {}],
  [{ order: 'asc', limit: 2 }, { limit: '2' }],
  [{ page: 1 }, { page: '1' }],
])('messages sends %j', async ([query, wire]) => {
  const { diga, mock } = await setup()
  const { id } = await diga.calls.create(body)
  await diga.calls.wait(id, { intervalMs: 1 })
  const before = mock.journal.length
  await diga.calls.messages(id, query)
  expect(queries(mock).slice(before)).toEqual([{ ...query, ...wire }])
})

test('iterating goes on by the cursor, in either direction', async () => {
  const { diga, mock } = await setup()
  for (let more = 0; more < 5; more++) await diga.calls.create(body)
  const ids = mock.calls.map(({ id }) => id)
  const listed = async (query: ListQuery): Promise<string[]> => {
    const found: string[] = []
    for await (const { id } of diga.calls.list({ limit: 2, ...query })) found.push(id)
    return found
  }
  expect(await listed({ order: 'asc' })).toEqual(ids)
  expect((await listed({ order: 'asc', before: ids[4] as string })).sort()).toEqual(ids.slice(0, 4).sort())
  expect(await listed({ order: 'asc', after: ids[1] as string, page: 1 })).toEqual(ids.slice(2))
})

test('a lost answer is looked up by reading the list', async () => {
  const { diga, mock } = await setup()
  mock.reply({ operation: 'placeCall', fault: 'reset_after' })
  const call = await diga.calls.create(body)
  expect(mock.calls.map(({ id }) => id)).toEqual([call.id])
  expect(queries(mock)).toEqual([{}, { limit: '1000', order: 'desc' }])
})

test('find reads the list to its end', async () => {
  const { diga, mock } = await setup()
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

test('watch, wait, concurrency and raw ask for what there is', async () => {
  const { diga, mock } = await setup()
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

test('what the client refuses is not sent', async () => {
  const { diga, mock } = await setup()
  await expect(diga.calls.create({ ...body, to_number: '+14155550100' })).rejects.toThrow('Spanish')
  await expect(diga.calls.get('7')).rejects.toThrow('uuid')
  await expect(async () => diga.calls.list({ after: uuid, before: uuid })).rejects.toThrow()
  expect(mock.journal).toEqual([])
})
