import { compareWithVendor } from '@digame/spec-diff'
import { describe, expect, it } from 'vitest'
import { changed, type Loose, list, place, refusal, schemas, short } from './helpers.ts'

const differences = (change: (document: Loose) => void): string[] =>
  compareWithVendor(changed(change)).map(short)

/** Cuts characters off the beginning of each path. */
function cut(document: Loose, length: number): void {
  const paths = Object.entries(document.paths).map(([path, item]) => [path.slice(length), item])
  document.paths = Object.fromEntries(paths)
}

describe('a document is recognised', () => {
  it.each<[string, (document: Loose) => void]>([
    ['without servers', (d) => delete d.servers],
    ['with an empty list of servers', (d) => (d.servers = [])],
    ['with a server without a host', (d) => (d.servers = [{ url: '/' }])],
    ['with a server without a scheme', (d) => (d.servers = [{ url: 'api.diga.io' }])],
    [
      'with servers that are not HTTP',
      (d) => (d.servers = [{ url: 'file:///{x}' }, { url: 'urn:x' }, { url: 7 }]),
    ],
    ['with a slash at the end of its server', (d) => (d.servers = [{ url: 'https://api.diga.io/' }])],
    ['whose server repeats a part of its paths', (d) => (d.servers = [{ url: 'https://api.diga.io/v1' }])],
    ['whose server without a host does so', (d) => (d.servers = [{ url: '/v1/' }])],
    [
      'whose server has a part of its paths',
      (d) => {
        d.servers = [{ url: 'https://api.diga.io/v1/call' }]
        cut(d, '/v1/call'.length)
      },
    ],
    ['with a server for development', (d) => (d.servers = [{ url: 'http://localhost:8000' }])],
    ['with one that has a path', (d) => (d.servers = [{ url: 'http://127.0.0.1:8000/api' }])],
    [
      'with one that has a part of its paths',
      (d) => {
        d.servers = [{ url: 'http://[::1]:8000/v1' }]
        cut(d, '/v1'.length)
      },
    ],
    [
      'with several servers, one of them ours',
      (d) => {
        d.servers = [
          { url: 'http://localhost:8000' },
          { url: 'https://staging.example' },
          { url: 'https://api.diga.io' },
        ]
      },
    ],
    ['with a server in the office', (d) => (d.servers = [{ url: 'http://diga.internal' }])],
    ['with a server of the local network', (d) => (d.servers = [{ url: 'http://diga.local:8000' }])],
    ['with a server for tests', (d) => (d.servers = [{ url: 'https://api.diga.test' }])],
    ['with a placeholder as its host', (d) => (d.servers = [{ url: 'https://{host}/' }])],
    [
      'with a placeholder as its host and a part of its paths',
      (d) => {
        d.servers = [{ url: 'https://{host}/v1' }]
        cut(d, '/v1'.length)
      },
    ],
    [
      'with a placeholder as its server and a part of its paths',
      (d) => {
        d.servers = [{ url: '{baseUrl}/v1' }]
        cut(d, '/v1'.length)
      },
    ],
    ['with a placeholder as its server', (d) => (d.servers = [{ url: '{baseUrl}/v1' }])],
    [
      'with a placeholder and a default',
      (d) => {
        d.servers = [{ url: 'https://{host}/v1', variables: { host: { default: 'api.diga.io' } } }]
        cut(d, '/v1'.length)
      },
    ],
    [
      'with a placeholder and several values',
      (d) => {
        const name = { default: 'eu', enum: ['eu', 'api'] }
        d.servers = [{ url: 'https://{name}.diga.io', variables: { name } }]
      },
    ],
    [
      'with a placeholder in the path of its server',
      (d) => {
        d.servers = [{ url: 'https://api.diga.io/{version}' }]
        cut(d, '/v1'.length)
      },
    ],
  ])('%s', (_, change) => {
    expect(differences(change)).toEqual([])
  })
})

describe('another server is one difference', () => {
  it.each<[string, readonly unknown[], string]>([
    ['elsewhere', [{ url: 'https://eu.example' }], 'https://eu.example'],
    ['behind a gateway', [{ url: 'https://gateway.example/diga' }], 'https://gateway.example/diga'],
    ['repeating a part of its paths', [{ url: 'https://eu.example/v1' }], 'https://eu.example'],
    ['at ours, with a path before ours', [{ url: 'https://api.diga.io/api' }], 'https://api.diga.io/api'],
    [
      'by the default of a placeholder',
      [{ url: 'https://{host}', variables: { host: { default: 'eu.example' } } }],
      'https://eu.example',
    ],
    [
      'beside one for development',
      [{ url: 'http://localhost:8000' }, { url: 'https://eu.example' }],
      'https://eu.example',
    ],
    [
      'of several',
      [{ url: 'https://eu.example' }, { url: 'https://us.example/v1' }],
      'https://eu.example, https://us.example',
    ],
  ])('%s', (_, servers, url) => {
    expect(differences((d) => (d.servers = servers))).toEqual([`all server_changed ${url}`])
  })
})

it('a document of an earlier version is compared', () => {
  const found = differences((d) => {
    d.servers = [{ url: 'https://api.diga.io/v1' }]
    schemas(d).CallStatus.enum = ['dialing', 'in_progress', 'completed', 'failed', 'transferred', 'no_answer']
    const { 201: success, ...others } = place(d).responses
    place(d).responses = { 200: success, ...others }
    const { Call } = schemas(d)
    const { phone_register_id, agent_version_id, dynamic_variables, ...fields } = Call.properties
    Call.properties = { ...fields, phone_id: phone_register_id }
    Call.required = [...Call.required, 'phone_id'].filter((name: string) => Call.properties[name])
  })
  const calls = [
    'value_removed in_queue',
    'property_removed',
    'property_removed',
    'property_removed',
    'property_added',
  ]
  const fields = ['/status', '/agent_version_id', '/phone_register_id', '/dynamic_variables', '/phone_id']
  const ofCalls = (at: string): string[] => fields.map((field, index) => `${at}${field} ${calls[index]}`)
  expect(found.sort()).toEqual(
    [
      'listCalls /request/query/status value_removed in_queue',
      'placeCall /responses/201 status_changed 200',
      ...ofCalls('listCalls /responses/200/body/data/*'),
      ...ofCalls('placeCall /responses/200/body'),
      ...ofCalls('getCall /responses/200/body'),
    ].sort(),
  )
})

describe('an alternative that a broader one includes is not a difference', () => {
  const reason = (d: Loose): Loose => schemas(d).Call.properties
  it.each<[string, Loose]>([
    ['an enum beside any string', { anyOf: [{ enum: ['hangup'] }, { type: 'string' }, { type: 'null' }] }],
    ['a named enum', { anyOf: [{ $ref: '#/components/schemas/Reason' }, { type: ['string', 'null'] }] }],
    [
      'a pattern beside any string',
      { oneOf: [{ type: 'string', pattern: '^a' }, { type: ['null', 'string'] }] },
    ],
    ['any string twice', { anyOf: [{ type: 'string' }, { type: 'string' }, { type: 'null' }] }],
  ])('%s', (_, schema) => {
    const plain = { type: ['string', 'null'] }
    expect(
      differences((d) => {
        schemas(d).Reason = { type: 'string', enum: ['hangup', 'voicemail_left'] }
        reason(d).end_reason = schema
      }),
    ).toEqual(differences((d) => (reason(d).end_reason = plain)))
  })

  it('in a request either', () => {
    const broad = { anyOf: [{ enum: ['+34910000001'] }, { type: 'string' }] }
    const [plain, written] = [{ type: 'string' }, broad].map((schema) =>
      differences((d) => (schemas(d).CallRequest.properties.from_number = schema)),
    )
    expect(written).toEqual(plain)
  })

  it('but a narrow one alone is', () => {
    expect(differences((d) => (reason(d).end_reason.enum = ['hangup', null]))).toContain(
      'getCall /responses/200/body/end_reason values_closed hangup',
    )
  })
})

describe('a document of another API is refused', () => {
  const json = (properties: Loose, required: string[] = []): Loose => ({
    content: { 'application/json': { schema: { type: 'object', properties, required } } },
  })
  const text = { type: 'string' }
  const number = { type: 'integer' }

  it.each<[string, Loose]>([
    [
      'a pet store',
      {
        servers: [{ url: 'http://petstore.example/v1' }],
        paths: {
          '/pets': {
            get: {
              parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } }],
              responses: {
                200: json({ id: number, name: text, tag: text }),
                default: json({ code: number }),
              },
            },
            post: { requestBody: json({ name: text }), responses: { 201: { description: 'Null' } } },
          },
          '/pets/{petId}': { get: { responses: { 200: json({ id: number }) } } },
        },
      },
    ],
    [
      'payments',
      {
        servers: [{ url: 'https://pay.example/' }],
        paths: {
          '/v1/payment_intents': {
            post: {
              requestBody: json({ amount: number, currency: text }, ['amount', 'currency']),
              responses: { 200: json({ id: text, status: text }) },
            },
          },
          '/v1/payment_intents/{intent}': { get: { responses: { 200: json({ id: text, status: text }) } } },
        },
      },
    ],
    [
      'telephony, with calls',
      {
        servers: [{ url: 'https://voice.example/v1' }],
        paths: {
          '/calls': {
            post: {
              requestBody: json({ phone_number: text, task: text }, ['phone_number']),
              responses: { 200: json({ status: text, call_id: text }) },
            },
            get: { responses: { 200: json({ count: number, calls: { type: 'array', items: {} } }) } },
          },
          '/calls/{call_id}': { get: { responses: { 200: json({ call_id: text, call_length: number }) } } },
        },
      },
    ],
    [
      'voice agents, with a path like ours',
      {
        servers: [{ url: 'https://agents.example' }],
        paths: {
          '/call': {
            post: {
              requestBody: json({ assistantId: text, phoneNumberId: text, customer: {} }),
              responses: { 201: json({ id: text, orgId: text, status: text, endedReason: text }) },
            },
            get: { responses: { 200: { content: { 'application/json': { schema: { type: 'array' } } } } } },
          },
          '/call/{id}': { get: { responses: { 200: json({ id: text, orgId: text, status: text }) } } },
        },
      },
    ],
    [
      'a diary of calls, at our path',
      {
        paths: {
          '/v1/call/{call_id}': {
            get: { responses: { 200: json({ call_id: number, subject: text, notes: text, owner: text }) } },
          },
        },
      },
    ],
    [
      'paths like ours, and nothing more',
      { paths: { '/v2/call/{id}': { get: { responses: { 200: { description: 'A call' } } } } } },
    ],
  ])('%s', (_, document) => {
    expect(refusal({ openapi: '3.0.3', ...document })).toMatch(
      /^TOO_DIFFERENT The document has .*: it describes another API\.$/,
    )
  })

  it('but ours is recognised by a single operation', () => {
    const found = differences((d) => {
      d.servers = [{ url: 'https://elsewhere.example' }]
      d.paths = { '/v1/call/': { get: list(d) } }
    })
    expect(found).toEqual([
      'all server_changed https://elsewhere.example',
      'placeCall method_removed',
      'getCall path_removed',
      'listMessages path_removed',
      'streamConcurrency path_removed',
    ])
  })
})
