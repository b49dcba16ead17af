import { compareWithVendor, type Operation } from '@digame/spec-diff'
import { describe, expect, it } from 'vitest'
import { copy, type Loose, list, place, schemas, short } from './helpers.ts'

/** How a changed copy of our spec differs from it: each difference with its effect. */
function differences(change: (document: Loose) => void): Record<string, string> {
  const document = copy()
  change(document)
  return Object.fromEntries(compareWithVendor(document).map((one) => [short(one), one.effect]))
}

const call = (document: Loose): Loose => schemas(document).Call.properties
const request = (document: Loose): Loose => schemas(document).CallRequest
const parameter = (document: Loose, name: string): Loose =>
  list(document).parameters.find((one: Loose) => one.name === name)

/** The same difference in each operation whose responses hold calls. */
const calls = (code: string, field: string, how: string): Record<string, string> => ({
  [`listCalls /responses/200/body/data/*${field} ${code}`]: how,
  [`placeCall /responses/201/body${field} ${code}`]: how,
  [`getCall /responses/200/body${field} ${code}`]: how,
})

type Case = [title: string, change: (document: Loose) => void, found: Record<string, string>]

const breaksRequest = 'breaks_request'
const breaksResponse = 'breaks_response'

describe('requests', () => {
  it.each<Case>([
    [
      'a new required field',
      (d) => {
        request(d).properties.purpose = { type: 'string' }
        request(d).required.push('purpose')
      },
      { 'placeCall /request/body/purpose required_property_added': breaksRequest },
    ],
    [
      'a new field',
      (d) => {
        request(d).properties.purpose = { type: 'string' }
      },
      { 'placeCall /request/body/purpose property_added': 'harmless' },
    ],
    [
      'a field becomes required',
      (d) => request(d).required.push('agent_version_id'),
      { 'placeCall /request/body/agent_version_id property_required': breaksRequest },
    ],
    [
      'the variables become required',
      (d) => request(d).required.push('dynamic_variables'),
      { 'placeCall /request/body/dynamic_variables property_required': breaksRequest },
    ],
    [
      'a field becomes optional',
      (d) => {
        request(d).required = ['to_number']
      },
      { 'placeCall /request/body/from_number property_optional': 'harmless' },
    ],
    [
      'a field is renamed',
      (d) => {
        const { to_number, ...rest } = request(d).properties
        request(d).properties = { ...rest, to: to_number }
        request(d).required = ['from_number', 'to']
      },
      {
        'placeCall /request/body/to_number property_removed': breaksRequest,
        'placeCall /request/body/to required_property_added': breaksRequest,
      },
    ],
    [
      'a narrower pattern',
      (d) => {
        schemas(d).SpanishNumber.pattern = '^\\+346[0-9]{8}$'
      },
      { 'placeCall /request/body/to_number constraint_changed pattern ^\\+346[0-9]{8}$': breaksRequest },
    ],
    [
      'no pattern',
      (d) => {
        delete schemas(d).SpanishNumber.pattern
      },
      { 'placeCall /request/body/to_number constraint_removed pattern': 'harmless' },
    ],
    [
      'null is refused',
      (d) => {
        request(d).properties.agent_version_id.type = 'string'
      },
      { 'placeCall /request/body/agent_version_id null_removed': breaksRequest },
    ],
    [
      'null is accepted',
      (d) => {
        request(d).properties.from_number.type = ['string', 'null']
      },
      { 'placeCall /request/body/from_number null_added': 'harmless' },
    ],
    [
      'variables must be strings',
      (d) => {
        request(d).properties.dynamic_variables.additionalProperties = { type: 'string' }
      },
      { 'placeCall /request/body/dynamic_variables/* type_narrowed string': breaksRequest },
    ],
    [
      'no variables beyond the named ones',
      (d) => {
        request(d).properties.dynamic_variables.additionalProperties = false
      },
      { 'placeCall /request/body/dynamic_variables properties_closed': breaksRequest },
    ],
    [
      'no fields beyond the named ones',
      (d) => {
        request(d).additionalProperties = false
      },
      { 'placeCall /request/body properties_closed': breaksRequest },
    ],
    [
      'another type',
      (d) => {
        request(d).properties.from_number = { type: 'integer' }
      },
      { 'placeCall /request/body/from_number type_changed integer': breaksRequest },
    ],
    [
      'a keyword that is compared only as it stands',
      (d) => {
        request(d).dependentRequired = { agent_version_id: ['dynamic_variables'] }
      },
      { 'placeCall /request/body constraint_added dependentRequired given': breaksRequest },
    ],
    [
      'another content type',
      (d) => {
        place(d).requestBody.content = { 'application/x-www-form-urlencoded': {} }
      },
      {
        'placeCall /request/body content_type_removed application/json': breaksRequest,
        'placeCall /request/body content_type_added application/x-www-form-urlencoded': 'harmless',
      },
    ],
    [
      'a new body, and a body that is gone',
      (d) => {
        list(d).requestBody = { ...place(d).requestBody }
        delete place(d).requestBody
      },
      {
        'listCalls /request/body required_body_added': breaksRequest,
        'placeCall /request/body body_removed': breaksRequest,
      },
    ],
    [
      'the body may be left out',
      (d) => {
        delete place(d).requestBody.required
      },
      { 'placeCall /request/body body_optional': 'harmless' },
    ],
    [
      'new parameters',
      (d) => {
        list(d).parameters.push(
          { name: 'project', in: 'query', required: true, schema: { type: 'string' } },
          { name: 'X-Project', in: 'header', required: true, schema: { type: 'string' } },
          { name: 'colour', in: 'query', schema: { type: 'string' } },
          { name: 'Authorization', in: 'header', required: true, schema: { type: 'string' } },
        )
      },
      {
        'listCalls /request/query/project required_parameter_added': breaksRequest,
        'listCalls /request/header/X-Project required_parameter_added': breaksRequest,
        'listCalls /request/query/colour parameter_added': 'harmless',
      },
    ],
    [
      'parameters of a whole path',
      (d) => {
        d.paths['/v1/call/'].parameters = [
          { name: 'page', in: 'query', required: true, schema: { type: 'string' } },
          { name: 'project', in: 'query', required: true, schema: { type: 'string' } },
        ]
      },
      {
        'listCalls /request/query/project required_parameter_added': breaksRequest,
        'placeCall /request/query/page required_parameter_added': breaksRequest,
        'placeCall /request/query/project required_parameter_added': breaksRequest,
      },
    ],
    [
      'a parameter is gone, and another becomes required',
      (d) => {
        parameter(d, 'agent_id').required = true
        list(d).parameters = list(d).parameters.filter((one: Loose) => one.name !== 'contact_id')
      },
      {
        'listCalls /request/query/agent_id parameter_required': breaksRequest,
        'listCalls /request/query/contact_id parameter_removed': breaksRequest,
      },
    ],
    [
      'a smaller limit, and another default',
      (d) => {
        parameter(d, 'limit').schema = { type: 'integer', minimum: 1, maximum: 100, default: 20 }
      },
      {
        'listCalls /request/query/limit constraint_tightened maximum 100': breaksRequest,
        'listCalls /request/query/limit default_changed 20': breaksResponse,
      },
    ],
    [
      'a larger limit',
      (d) => {
        parameter(d, 'limit').schema.maximum = 5000
      },
      { 'listCalls /request/query/limit constraint_loosened maximum 5000': 'harmless' },
    ],
    [
      'oldest first by default',
      (d) => {
        d.components.parameters.Order.schema.default = 'asc'
      },
      {
        'listCalls /request/query/order default_changed "asc"': breaksResponse,
        'listMessages /request/query/order default_changed "asc"': breaksResponse,
      },
    ],
    [
      'an id that is not a uuid',
      (d) => {
        d.components.parameters.CallId.schema = { type: 'integer' }
      },
      {
        'getCall /request/path/id type_changed integer': breaksRequest,
        'listMessages /request/path/id type_changed integer': breaksRequest,
      },
    ],
    [
      'a path variable of another name, and another type',
      (d) => {
        d.paths['/v1/call/{call}'] = {
          get: { ...d.paths['/v1/call/{id}'].get, parameters: [] },
          parameters: [{ name: 'call', in: 'path', required: true, schema: { type: 'integer' } }],
        }
        delete d.paths['/v1/call/{id}']
      },
      { 'getCall /request/path/id type_changed integer': breaksRequest },
    ],
    [
      'another authorisation',
      (d) => {
        d.components.securitySchemes.bearer = { type: 'apiKey', in: 'header', name: 'X-Api-Key' }
        list(d).security = []
        d.paths['/v1/call/{id}'].get.security = [{}, { bearer: [] }]
        d.paths['/v1/call/{id}/message'].get.security = [{ other: [] }]
        d.paths['/v1/call/concurrency/stream'].get.security = [{ bearer: [], other: [] }, { mine: [] }]
        d.components.securitySchemes.mine = { type: 'http', scheme: 'Bearer' }
      },
      {
        'listCalls /security auth_dropped': 'harmless',
        'placeCall /security auth_changed apikey header x-api-key': breaksRequest,
        'getCall /security auth_dropped': 'harmless',
        'listMessages /security auth_changed other (not defined)': breaksRequest,
      },
    ],
  ])('%s', (_, change, found) => {
    expect(differences(change)).toEqual(found)
  })
})

describe('responses', () => {
  it.each<Case>([
    ['a new field', (d) => (call(d).cost = { type: 'number' }), calls('property_added', '/cost', 'harmless')],
    [
      'a field is gone',
      (d) => {
        delete call(d).recording_url
      },
      calls('property_removed', '/recording_url', breaksResponse),
    ],
    [
      'a field is renamed',
      (d) => {
        call(d).phone_id = call(d).phone_register_id
        delete call(d).phone_register_id
        schemas(d).Call.required = schemas(d).Call.required.map((name: string) =>
          name === 'phone_register_id' ? 'phone_id' : name,
        )
      },
      {
        ...calls('property_removed', '/phone_register_id', breaksResponse),
        ...calls('property_added', '/phone_id', 'harmless'),
      },
    ],
    [
      'a field may be absent',
      (d) => {
        schemas(d).Call.required = schemas(d).Call.required.filter((name: string) => name !== 'agent_id')
      },
      calls('property_optional', '/agent_id', breaksResponse),
    ],
    [
      'a field is always there',
      (d) => schemas(d).Call.required.push('duration'),
      calls('property_required', '/duration', 'harmless'),
    ],
    [
      'the id may be absent',
      (d) => schemas(d).Call.required.shift(),
      calls('property_optional', '/id', breaksResponse),
    ],
    [
      'the id is not a uuid',
      (d) => {
        delete call(d).id.format
      },
      calls('constraint_removed format', '/id', breaksResponse),
    ],
    [
      'a field may be null',
      (d) => {
        call(d).created_date.type = ['string', 'null']
      },
      calls('null_added', '/created_date', breaksResponse),
    ],
    [
      'a field is never null',
      (d) => {
        call(d).agent_id.type = 'string'
      },
      calls('null_removed', '/agent_id', 'harmless'),
    ],
    [
      'the end reason is gone',
      (d) => {
        delete call(d).end_reason
      },
      calls('property_removed', '/end_reason', breaksResponse),
    ],
    [
      'the variables do not come back',
      (d) => {
        delete call(d).dynamic_variables
      },
      calls('property_removed', '/dynamic_variables', breaksResponse),
    ],
    [
      'a fraction of a second',
      (d) => {
        call(d).duration.type = ['number', 'null']
      },
      calls('type_widened number', '/duration', breaksResponse),
    ],
    [
      'a contact is a string',
      (d) => {
        call(d).contact = { type: 'string' }
      },
      calls('type_changed string', '/contact', breaksResponse),
    ],
    [
      'anything',
      (d) => {
        schemas(d).Contact.properties.identifier = {}
      },
      calls('type_widened anything', '/contact/identifier', breaksResponse),
    ],
    [
      'a status is new',
      (d) => schemas(d).CallStatus.enum.push('on_hold'),
      {
        'listCalls /request/query/status value_added on_hold': 'harmless',
        ...calls('value_added on_hold', '/status', breaksResponse),
      },
    ],
    [
      'a status is gone',
      (d) => schemas(d).CallStatus.enum.pop(),
      {
        'listCalls /request/query/status value_removed no_answer': breaksRequest,
        ...calls('value_removed no_answer', '/status', 'harmless'),
      },
    ],
    [
      'any status',
      (d) => {
        delete schemas(d).CallStatus.enum
      },
      {
        'listCalls /request/query/status values_opened': 'harmless',
        ...calls('values_opened', '/status', breaksResponse),
      },
    ],
    [
      'a page without has_more',
      (d) => {
        delete schemas(d).CallPage.properties.has_more
        delete schemas(d).MessagePage.properties.last_id
      },
      {
        'listCalls /responses/200/body/has_more property_removed': breaksResponse,
        'listMessages /responses/200/body/last_id property_removed': breaksResponse,
      },
    ],
    [
      'the items of a page under another name',
      (d) => {
        const { data, ...rest } = schemas(d).MessagePage.properties
        schemas(d).MessagePage.properties = { ...rest, items: data }
      },
      {
        'listMessages /responses/200/body/data property_removed': breaksResponse,
        'listMessages /responses/200/body/items property_added': 'harmless',
      },
    ],
    [
      'a call that is not an object',
      (d) => {
        schemas(d).CallPage.properties.data.items = { type: 'string' }
      },
      { 'listCalls /responses/200/body/data/* type_changed string': breaksResponse },
    ],
    [
      'a message without an id',
      (d) => {
        delete schemas(d).Message.properties.id
        schemas(d).Message.properties.role.enum.push('system')
      },
      {
        'listMessages /responses/200/body/data/*/id property_removed': breaksResponse,
        'listMessages /responses/200/body/data/*/role value_added system': breaksResponse,
      },
    ],
    [
      'another error',
      (d) => {
        place(d).responses['429'] = { description: 'Slow down' }
      },
      { 'placeCall /responses/429 status_added': breaksResponse },
    ],
    [
      'an error without a code',
      (d) => {
        delete schemas(d).ValidationProblem.properties.detail
      },
      {
        'placeCall /responses/422/body/detail property_removed': breaksResponse,
        'getCall /responses/422/body/detail property_removed': breaksResponse,
        'streamConcurrency /responses/422/body/detail property_removed': breaksResponse,
        'listCalls /responses/422/body/detail property_removed': breaksResponse,
        'listMessages /responses/422/body/detail property_removed': breaksResponse,
      },
    ],
    [
      '200 for 201',
      (d) => {
        const { 201: success, ...rest } = place(d).responses
        place(d).responses = { 200: success, ...rest }
      },
      { 'placeCall /responses/201 status_changed 200': breaksResponse },
    ],
    [
      '200 for 201, and another body',
      (d) => {
        const { 201: _, ...rest } = place(d).responses
        place(d).responses = {
          200: { content: { 'application/json': { schema: { type: 'array' } } } },
          ...rest,
        }
      },
      {
        'placeCall /responses/201 status_changed 200': breaksResponse,
        'placeCall /responses/200/body type_changed array': breaksResponse,
      },
    ],
    [
      'other successes',
      (d) => {
        place(d).responses['202'] = { description: 'Later' }
        list(d).responses['206'] = list(d).responses['200']
      },
      {
        'placeCall /responses/202 status_added': breaksResponse,
        'placeCall /responses/202/body body_removed': breaksResponse,
        'listCalls /responses/206 status_added': breaksResponse,
      },
    ],
    [
      'no success at all',
      (d) => {
        delete place(d).responses['201']
      },
      { 'placeCall /responses/201 status_removed': breaksResponse },
    ],
    [
      'one of two kinds of tool call may lack its status',
      (d) => {
        const { ToolCall, Message } = schemas(d)
        const { status, ...others } = ToolCall.properties
        const open = { ...ToolCall, type: 'object', required: ['payload'] }
        const strict = { ...ToolCall, properties: { ...others, status: { ...status, maxLength: 9 } } }
        Message.properties.tool_call = { anyOf: [strict, open] }
      },
      { 'listMessages /responses/200/body/data/*/tool_call/status property_optional': breaksResponse },
    ],
    [
      'a default, and no success',
      (d) => {
        place(d).responses = { default: place(d).responses['500'] }
      },
      {
        'placeCall /responses/201 status_removed': breaksResponse,
        'placeCall /responses/422/body/detail property_removed': breaksResponse,
        'placeCall /responses/422/body/status property_added': 'harmless',
        'placeCall /responses/422/body/error_code property_added': 'harmless',
        'placeCall /responses/422/body/message property_added': 'harmless',
      },
    ],
    [
      'a range, and a default',
      (d) => {
        const { 200: success, 400: refused, 500: failed } = list(d).responses
        list(d).responses = { '2XX': success, '4XX': refused, default: failed }
      },
      {
        'listCalls /responses/422/body alternative_removed detail': 'harmless',
      },
    ],
    [
      'a default of another shape',
      (d) => {
        place(d).responses.default = { content: { 'application/json': { schema: { type: 'string' } } } }
        delete place(d).responses['500']
      },
      { 'placeCall /responses/500/body type_changed string': breaksResponse },
    ],
    [
      'a default beside every known status',
      (d) => {
        place(d).responses.default = {}
      },
      { 'placeCall /responses/default status_added': breaksResponse },
    ],
    [
      'another content type',
      (d) => {
        const { responses } = place(d)
        responses['201'].content = { 'text/html': {} }
        responses['400'].content = {
          'application/problem+json': responses['400'].content['application/json'],
        }
        responses['422'] = { description: 'Not described' }
        const stream = d.paths['/v1/call/concurrency/stream'].get.responses
        stream['200'].content = { 'application/json': { schema: { title: 'Response' } } }
      },
      {
        'placeCall /responses/201/body content_type_changed text/html': breaksResponse,
        'placeCall /responses/400/body content_type_changed application/problem+json': breaksResponse,
        'placeCall /responses/422/body body_removed': breaksResponse,
        'streamConcurrency /responses/200/body content_type_changed application/json': breaksResponse,
      },
    ],
    [
      'a stream that is described as an object',
      (d) => {
        const stream = d.paths['/v1/call/concurrency/stream'].get.responses
        stream['200'].content = { 'application/json': { schema: { type: 'object' } } }
      },
      { 'streamConcurrency /responses/200/body content_type_changed application/json': breaksResponse },
    ],
  ])('%s', (_, change, found) => {
    expect(differences(change)).toEqual(found)
  })
})

describe('operations', () => {
  const of = (operation: Operation, rest: string, how = breaksRequest) => ({ [`${operation} ${rest}`]: how })

  it.each<Case>([
    [
      'a path is gone',
      (d) => {
        delete d.paths['/v1/call/concurrency/stream']
      },
      of('streamConcurrency', 'path_removed'),
    ],
    [
      'a slash is gone',
      (d) => {
        d.paths['/v1/call'] = d.paths['/v1/call/']
        delete d.paths['/v1/call/']
      },
      { ...of('listCalls', 'path_moved /v1/call'), ...of('placeCall', 'path_moved /v1/call') },
    ],
    [
      'another version, without its success',
      (d) => {
        d.paths['/v2/call/{call}'] = d.paths['/v1/call/{id}']
        d.paths['/v2/call/{call}'].get.parameters = []
        delete d.paths['/v1/call/{id}'].get.responses['200']
        delete d.paths['/v1/call/{id}']
      },
      {
        ...of('getCall', 'path_moved /v2/call/{call}'),
        ...of('getCall', '/responses/200 status_removed', breaksResponse),
      },
    ],
    [
      'a method is gone',
      (d) => {
        d.paths['/v1/call/'].put = place(d)
        delete d.paths['/v1/call/'].post
      },
      of('placeCall', 'method_removed'),
    ],
    ['deprecated', (d) => (list(d).deprecated = true), of('listCalls', 'operation_deprecated', 'harmless')],
    [
      'another host',
      (d) => {
        d.servers = [{ url: 'https://api.example' }]
      },
      of('all', 'server_changed https://api.example'),
    ],
    [
      'several hosts, one of them ours',
      (d) =>
        d.servers.unshift({ url: 'https://api.example' }, { url: 'https://{host}/' }, { url: 'http://[' }),
      {},
    ],
    [
      'a host that is a placeholder',
      (d) => {
        d.servers = [{ url: 'https://api.example' }, { url: 'https://{region}.example' }]
      },
      {},
    ],
    [
      'a part of the path in the server',
      (d) => {
        d.servers = [{ url: 'https://api.diga.io/v1' }]
        d.paths = Object.fromEntries(Object.entries(d.paths).map(([path, item]) => [path.slice(3), item]))
      },
      {},
    ],
    [
      'another resource',
      (d) => {
        d.paths['/v1/agent/'] = { get: { responses: { 200: { $ref: 'https://elsewhere.example' } } } }
        d.paths['/v1/call/bulk'] = 'nonsense'
      },
      {},
    ],
  ])('%s', (_, change, found) => {
    expect(differences(change)).toEqual(found)
  })
})
