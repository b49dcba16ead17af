import { compareWithVendor } from '@digame/spec-diff'
import { describe, expect, it } from 'vitest'
import { changed, type Loose, list, place, refusal, schemas, short } from './helpers.ts'

describe('a text that is not OpenAPI 3.0 or 3.1 is refused', () => {
  it.each<[unknown, string]>([
    ['', 'NOT_OPENAPI The document is null, not an OpenAPI document.'],
    ['hello', 'NOT_OPENAPI The document is a string, not an OpenAPI document.'],
    [7, 'NOT_OPENAPI The document is a number, not an OpenAPI document.'],
    [undefined, 'NOT_OPENAPI The document is nothing, not an OpenAPI document.'],
    ['[1, 2]', 'NOT_OPENAPI The document is a list, not an OpenAPI document.'],
    ['{}', 'NOT_OPENAPI The document is not an OpenAPI document: it has no `openapi`.'],
    [
      '{"swagger": "2.0"}',
      'UNSUPPORTED_VERSION The document is Swagger 2.0; give one of OpenAPI 3.0 or 3.1.',
    ],
    ['openapi: 4.0.0', 'UNSUPPORTED_VERSION The document is OpenAPI 4.0.0; give one of OpenAPI 3.0 or 3.1.'],
    [
      'openapi: 3.10.0',
      'UNSUPPORTED_VERSION The document is OpenAPI 3.10.0; give one of OpenAPI 3.0 or 3.1.',
    ],
    ['openapi: 3.1', 'MALFORMED The document has no `paths`.'],
    ['<!doctype html>\n<p>a: b</p>', 'UNREADABLE The document is a page of HTML or XML, not JSON or YAML.'],
    [
      '{"__proto__": {"openapi": "3.1.0", "paths": {}}}',
      'NOT_OPENAPI The document is not an OpenAPI document: it has no `openapi`.',
    ],
    [
      JSON.parse('{"constructor": {}}'),
      'NOT_OPENAPI The document is not an OpenAPI document: it has no `openapi`.',
    ],
  ])('%j', (document, line) => {
    expect(refusal(document)).toBe(line)
  })

  it.each([
    ['{"openapi": "3.1.0",', /^UNREADABLE The document is not valid JSON: /],
    ['openapi: 3.1.0\npaths: {', /^UNREADABLE The document is not valid YAML: .* at line 2, column \d+$/],
    ['openapi: 3.1.0\n---\nopenapi: 3.1.0', /^UNREADABLE The document is not valid YAML: /],
    ['? [a, b]\n: c', /^UNREADABLE The document is not valid YAML: /],
  ])('%j', (text, line) => {
    expect(refusal(text)).toMatch(line)
  })
})

describe('a malformed part is refused', () => {
  it.each<[string, (document: Loose) => void, string]>([
    ['paths', (d) => (d.paths = []), 'MALFORMED The document has a list as its paths, not an object.'],
    [
      'a path',
      (d) => (d.paths['/v1/call/'] = 'x'),
      "MALFORMED The document's path /v1/call/ is a string, not an object.",
    ],
    [
      'an operation',
      (d) => (d.paths['/v1/call/'].get = 7),
      'MALFORMED /v1/call/: get is a number, not an object.',
    ],
    [
      'parameters',
      (d) => (list(d).parameters = {}),
      'MALFORMED /v1/call/: parameters is an object, not a list.',
    ],
    [
      'a parameter',
      (d) => (list(d).parameters = [null]),
      'MALFORMED /v1/call/: a parameter is null, not an object.',
    ],
    [
      'no responses',
      (d) => delete list(d).responses,
      'MALFORMED /v1/call/: the operation has no `responses`.',
    ],
    [
      'a response',
      (d) => (list(d).responses['400'] = 'x'),
      'MALFORMED /v1/call/: response 400 is a string, not an object.',
    ],
    [
      'a body',
      (d) => (place(d).requestBody = 'x'),
      'MALFORMED /v1/call/: the request body is a string, not an object.',
    ],
    [
      'properties',
      (d) => (schemas(d).CallRequest.properties = [1]),
      'MALFORMED The document at /request/body: properties is a list, not an object.',
    ],
    [
      'a schema',
      (d) => (schemas(d).CallStatus = 'x'),
      'MALFORMED The document at /request/query/status: the schema is a string, not an object.',
    ],
    [
      'a type',
      (d) => (schemas(d).CallType.type = 'text'),
      'MALFORMED The document at /request/query/type: a string where a type is expected.',
    ],
    [
      'an enum',
      (d) => (schemas(d).CallStatus.enum = 'x'),
      'MALFORMED The document at /request/query/status: enum is a string, not a list.',
    ],
  ])('%s', (_, change, line) => {
    expect(refusal(changed(change))).toBe(line)
  })
})

describe('a reference', () => {
  const refer =
    ($ref: string) =>
    (document: Loose): void => {
      schemas(document).CallStatus = { $ref }
    }

  it.each<[string, (document: Loose) => void, string]>([
    [
      'out of the document',
      refer('https://elsewhere.example/x.yaml'),
      'REMOTE_REF The document at /request/query/status: $ref "https://elsewhere.example/x.yaml" leads out of the document; bundle it into one file first.',
    ],
    [
      'to a file',
      refer('./x.yaml#/a'),
      'REMOTE_REF The document at /request/query/status: $ref "./x.yaml#/a" leads out of the document; bundle it into one file first.',
    ],
    [
      'nowhere',
      refer('#/components/schemas/Nothing'),
      'BROKEN_REF The document at /request/query/status: $ref "#/components/schemas/Nothing" leads nowhere.',
    ],
    [
      'to an anchor',
      refer('#Call'),
      'BROKEN_REF The document at /request/query/status: $ref "#Call" leads nowhere.',
    ],
    [
      'to a prototype',
      refer('#/components/schemas/constructor'),
      'BROKEN_REF The document at /request/query/status: $ref "#/components/schemas/constructor" leads nowhere.',
    ],
    [
      'to a prototype of a prototype',
      refer('#/__proto__/toString'),
      'BROKEN_REF The document at /request/query/status: $ref "#/__proto__/toString" leads nowhere.',
    ],
    [
      'not decodable',
      refer('#/components/schemas/%E0%A4%A'),
      'BROKEN_REF The document at /request/query/status: $ref "#/components/schemas/%E0%A4%A" leads nowhere.',
    ],
    [
      'to itself',
      refer('#/components/schemas/CallStatus'),
      'CIRCULAR_REF The document at /request/query/status: $ref "#/components/schemas/CallStatus" leads back to itself.',
    ],
    [
      'in a circle',
      (d) => {
        schemas(d).CallStatus = { allOf: [{ $ref: '#/components/schemas/Other' }] }
        schemas(d).Other = { anyOf: [{ $ref: '#/components/schemas/CallStatus' }, { type: 'string' }] }
      },
      'TOO_DEEP The document at /request/query/status: more than 100 schemas are nested in each other, or refer to each other in a circle.',
    ],
  ])('%s', (_, change, line) => {
    expect(refusal(changed(change))).toBe(line)
  })

  it('in a part that is not compared does no harm', () => {
    const document = changed((d) => {
      schemas(d).Node = { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } } }
      schemas(d).Call.properties.tree = { $ref: '#/components/schemas/Node' }
      schemas(d).Call.properties.remote = { $ref: 'https://elsewhere.example/x.yaml' }
      d.paths['/v1/agent/'] = { $ref: 'https://elsewhere.example/y.yaml' }
    })
    expect(new Set(compareWithVendor(document).map(({ code }) => code))).toEqual(new Set(['property_added']))
  })

  it('in a circle is followed as far as our spec goes', () => {
    const document = changed((d) => {
      schemas(d).Call.properties.contact = { $ref: '#/components/schemas/Call' }
    })
    expect(compareWithVendor(document).map(short)).toContain(
      'getCall /responses/200/body/contact/identifier property_removed',
    )
  })
})

describe('names that every object has', () => {
  it('are names like any other in JSON', () => {
    const document = changed((d) => {
      const names = '{"__proto__": {"type": "string"}, "constructor": {"type": "string"}}'
      Object.assign(schemas(d), { Named: { type: 'object', properties: JSON.parse(names) } })
      schemas(d).CallRequest = { allOf: [schemas(d).CallRequest, { $ref: '#/components/schemas/Named' }] }
      schemas(d).CallRequest.allOf[0].required.push('__proto__', 'hasOwnProperty')
    })
    const found = compareWithVendor(JSON.stringify(document)).map(short)
    expect(found).toEqual([
      'placeCall /request/body/__proto__ required_property_added',
      'placeCall /request/body/constructor property_added',
      'placeCall /request/body/hasOwnProperty required_property_added',
    ])
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('type')
  })

  it('are names like any other in YAML', () => {
    const yaml = `openapi: 3.1.0\npaths: {}\n__proto__: &a { servers: [] }\nconstructor: *a\n`
    expect(refusal(yaml)).toMatch(/^TOO_DIFFERENT The document has none of the operations/)
  })
})
