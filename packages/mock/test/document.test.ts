import { createMock, type Mock } from '@digame/mock'
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { afterEach, expect, it } from 'vitest'
import { copyInert } from '../src/contract/document.ts'
import { direct, get, lead, post } from './http.ts'

type Spec = typeof document

/** The spec with one change in it. */
function changed(change: (spec: Spec) => void): Spec {
  const copy = structuredClone(document)
  change(copy)
  return copy
}

let mocks: Mock[] = []

async function mockOf(change: (spec: Spec) => void): Promise<Mock> {
  const mock = await createMock({ document: changed(change) })
  mocks.push(mock)
  return mock
}

afterEach(async () => {
  await Promise.all(mocks.map((mock) => mock.close()))
  mocks = []
})

const violations = ({ journal }: Mock) => journal.flatMap(({ violations }) => violations)
const french = { ...lead, to_number: '+33612345678' }

it('a field that the document lacks is an unknown key', async () => {
  const mock = await mockOf(({ components }) => {
    Reflect.deleteProperty(components.schemas.CallRequest.properties, 'dynamic_variables')
  })
  await post(direct(mock), { ...lead, dynamic_variables: { name: 'Ana' } })
  expect(violations(mock)).toMatchObject([{ code: 'unknown_key', location: ['body', 'dynamic_variables'] }])
})

it('a field that the document adds is known', async () => {
  const mock = await mockOf(({ components }) => {
    Object.assign(components.schemas.CallRequest.properties, { callbacks: { type: 'integer' } })
  })
  await post(direct(mock), { ...lead, callbacks: 2 })
  expect(violations(mock)).toEqual([])
  await post(direct(mock), { ...lead, callbacks: 'two' })
  expect(violations(mock)).toMatchObject([{ code: 'type', location: ['body', 'callbacks'] }])
})

it('a name in the document may be a keyword of OpenAPI', async () => {
  const mock = await mockOf(({ components }) => {
    const servers = {
      type: 'object',
      properties: { properties: { type: 'integer' }, pattern: { type: 'string' } },
    }
    Object.assign(components.schemas, { servers })
    Object.assign(components.schemas.CallRequest.properties, {
      webhooks: { $ref: '#/components/schemas/servers' },
    })
  })
  await post(direct(mock), { ...lead, webhooks: { properties: 1, pattern: '[' } })
  expect(violations(mock)).toEqual([])
  await post(direct(mock), { ...lead, webhooks: { properties: 'one' } })
  expect(violations(mock)).toMatchObject([{ code: 'type', location: ['body', 'webhooks', 'properties'] }])
})

it('a number is judged by the pattern of the document', async () => {
  const mock = await mockOf(({ components }) => {
    components.schemas.SpanishNumber.pattern = '^\\+33[1-9][0-9]{8}$'
  })
  expect((await post(direct(mock), french)).status).toBe(201)
  expect((await post(direct(mock), lead)).status).toBe(400)
})

it('a success has the status of the document', async () => {
  const mock = await mockOf(({ paths }) => {
    const { post } = paths['/v1/call/']
    Object.assign(post.responses, { 202: post.responses['201'] })
    Reflect.deleteProperty(post.responses, '201')
    const { get } = paths['/v1/call/{id}']
    Object.assign(get.responses, { 203: get.responses['200'] })
    Reflect.deleteProperty(get.responses, '200')
  })
  const placed = await post(direct(mock), lead)
  expect(placed.status).toBe(202)
  const { id } = (await placed.json()) as { id: string }
  expect((await get(direct(mock), `/v1/call/${id}`)).status).toBe(203)
})

it('a status that the document lacks cannot be scripted', async () => {
  const mock = await mockOf(({ paths }) => {
    Reflect.deleteProperty(paths['/v1/call/'].post.responses, '412')
  })
  expect(() => mock.reply({ code: 412, operation: 'placeCall' })).toThrow(/no .*412/)
})

it('an error that the document lacks becomes a 500 with the reason', async () => {
  const mock = await mockOf(({ paths }) => {
    Reflect.deleteProperty(paths['/v1/call/{id}'].get.responses, '404')
  })
  const response = await get(direct(mock), `/v1/call/${crypto.randomUUID()}`)
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('The document has no response 404 call_not_found for getCall')
})

it('a path moves with the document', async () => {
  const mock = await mockOf(({ paths }) => {
    Object.assign(paths, { '/v2/calls/{id}': paths['/v1/call/{id}'] })
    Reflect.deleteProperty(paths, '/v1/call/{id}')
  })
  const { id } = (await (await post(direct(mock), lead)).json()) as { id: string }
  expect((await get(direct(mock), `/v2/calls/${id}`)).status).toBe(200)
  expect((await get(direct(mock), `/v1/call/${id}`)).status).toBe(404)
})

it('an operation that the document lacks is not served', async () => {
  const mock = await mockOf(({ paths }) => {
    Reflect.deleteProperty(paths['/v1/call/'], 'post')
  })
  const response = await post(direct(mock), lead)
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  expect(mock.calls).toEqual([])
})

it('mocks with different documents do not disturb each other', async () => {
  const toFrance = await mockOf(({ components }) => {
    components.schemas.SpanishNumber.pattern = '^\\+33[1-9][0-9]{8}$'
  })
  const toSpain = await createMock()
  mocks.push(toSpain)
  for (let round = 0; round < 2; round++) {
    const statuses = [toFrance, toSpain].map(async (mock) => [
      (await post(direct(mock), lead)).status,
      (await post(direct(mock), french)).status,
    ])
    expect(await Promise.all(statuses)).toEqual([
      [400, 201],
      [201, 400],
    ])
  }
})

it('a document is read once', async () => {
  const spec = changed(() => {})
  const mock = await createMock({ document: spec })
  mocks.push(mock)
  spec.components.schemas.SpanishNumber.pattern = '^never$'
  expect((await post(direct(mock), lead)).status).toBe(201)
})

it.each<[string, unknown, RegExp]>([
  ['a path to a file', 'openapi.yaml', /^document is an OpenAPI document as an object, not openapi\.yaml$/],
  ['null', null, /^document is an OpenAPI document as an object, not null$/],
  ['an empty object', {}, /^The document cannot be used: /],
  [
    'other operations',
    { openapi: '3.1.0', paths: { '/x': { get: {} } } },
    /none of the operations placeCall, /,
  ],
  [
    'a reference to another file',
    changed(({ components }) => Object.assign(components.schemas, { Call: { $ref: 'call.yaml' } })),
    /^The document cannot be used: it refers to call\.yaml, which is not inside it$/,
  ],
  [
    'a dangling reference',
    changed(({ components }) => Object.assign(components.schemas, { Call: { $ref: '#/nowhere' } })),
    /^The document cannot be used: .*nowhere/,
  ],
  [
    'a broken pattern',
    changed(({ components }) => {
      components.schemas.SpanishNumber.pattern = '['
    }),
    /^The document cannot be used: Invalid regular expression/,
  ],
])('%s is refused in one line', async (_, given, message) => {
  const error = await createMock({ document: given as object }).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as TypeError).message).toMatch(message)
  expect((error as TypeError).message).not.toContain('\n')
})

it.each(['callbacks', 'servers'])(
  'the engine does not get the %s of a document, to which it would send requests',
  (name) => {
    const operation = { post: { [name]: { ended: { 'http://127.0.0.1/hook': {} } }, responses: {} } }
    expect(copyInert({ paths: { '/v1/call/': operation } })).toEqual({
      paths: { '/v1/call/': { post: { responses: {} } } },
    })
  },
)
