import { readFileSync } from 'node:fs'
import { compareWithVendor } from '@digame/spec-diff'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { copy, type Loose, list, place, schemas, short } from './helpers.ts'

const same = (change: (document: Loose) => unknown): void => {
  const document = copy()
  const changed = change(document)
  expect(compareWithVendor(changed ?? document).map(short)).toEqual([])
}

/** Changes each object of a document, the innermost first. */
function each(value: Loose, change: (object: Loose) => Loose): Loose {
  if (Array.isArray(value)) return value.map((item) => each(item, change))
  if (typeof value !== 'object' || value === null) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, each(inner, change)])))
}

/** Changes each schema of a document. */
const eachSchema = (document: Loose, change: (schema: Loose) => Loose): Loose => {
  const { paths, components, ...rest } = document
  const isSchema = (object: Loose): boolean =>
    typeof object.type === 'string' || Array.isArray(object.type) || object.anyOf !== undefined
  // A security scheme has a type too, and an example of a tool's call.
  const own = (object: Loose): Loose =>
    isSchema(object) && !object.scheme && object.error_code === undefined && !object.loc
      ? change(object)
      : object
  return {
    ...rest,
    paths: each(paths, (object) =>
      object.schema ? { ...object, schema: each(object.schema, own) } : object,
    ),
    components: {
      ...components,
      schemas: each(components.schemas, own),
      parameters: each(components.parameters, (object) =>
        object.schema ? { ...object, schema: own(object.schema) } : object,
      ),
    },
  }
}

const nullable = (schema: Loose): boolean => Array.isArray(schema.type) && schema.type.includes('null')
/** Allows null as one of several alternatives, as the open set of end reasons does. */
const hasNull = ({ anyOf = [] }: Loose): boolean => anyOf.some(({ type }: Loose) => type === 'null')
const unnulled = ({ type, ...rest }: Loose): Loose => ({
  ...rest,
  type: type.filter((name: string) => name !== 'null')[0],
})

describe('another way to write the same is not a difference', () => {
  it('our own spec, parsed, as JSON and as YAML', () => {
    same((document) => document)
    same((document) => JSON.stringify(document))
    same(() => readFileSync(new URL('../../../spec/openapi.yaml', import.meta.url), 'utf8'))
    same((document) => `\ufeff${stringify(document)}`)
  })

  it.each<[string, (schema: Loose) => Loose]>([
    ['anyOf with null', (schema) => ({ title: 'x', anyOf: [unnulled(schema), { type: 'null' }] })],
    ['oneOf with null', (schema) => ({ oneOf: [{ type: 'null' }, unnulled(schema)] })],
    ['anyOf with an enum of null', (schema) => ({ anyOf: [unnulled(schema), { enum: [null] }] })],
    ['null first', (schema) => ({ ...schema, type: [...schema.type].reverse() })],
  ])('null as %s', (_, write) => {
    same((document) => eachSchema(document, (schema) => (nullable(schema) ? write(schema) : schema)))
  })

  it('OpenAPI 3.0', () => {
    same((document) => {
      const { jsonSchemaDialect: _, ...rest } = eachSchema(document, (schema) => {
        if (nullable(schema)) return { ...unnulled(schema), nullable: true }
        return Array.isArray(schema.type) ? { anyOf: schema.type.map((type: string) => ({ type })) } : schema
      })
      return { ...rest, openapi: '3.0.3' }
    })
  })

  it('keywords beside a reference in 3.0', () => {
    same((document) => {
      document.openapi = '3.0.0'
      schemas(document).Nullable = {
        allOf: [{ type: 'object', required: ['status', 'payload'] }],
        nullable: true,
      }
      const { ToolCall } = schemas(document)
      ToolCall.type = 'object'
      ToolCall.nullable = true
      for (const schema of Object.values<Loose>(schemas(document))) {
        for (const [name, property] of Object.entries<Loose>(schema.properties ?? {})) {
          if (property.$ref) property.maxLength = 1
          else if (nullable(property)) schema.properties[name] = { ...unnulled(property), nullable: true }
        }
      }
      for (const name of ['FirstId', 'LastId', 'CurrentPage', 'TotalPages']) {
        schemas(document)[name] = { ...unnulled(schemas(document)[name]), nullable: true }
      }
      const { loc } = schemas(document).ValidationIssue.properties
      loc.items = { oneOf: [{ type: 'string' }, { type: 'integer' }] }
    })
  })

  it('but keywords beside a reference in 3.1 are', () => {
    const document = copy()
    schemas(document).CallRequest.properties.to_number = {
      $ref: '#/components/schemas/SpanishNumber',
      maxLength: 1,
    }
    expect(compareWithVendor(document).map(short)).toEqual([
      'placeCall /request/body/to_number constraint_added maxLength 1',
    ])
  })

  it('titles, descriptions, examples and order', () => {
    const words = ['title', 'description', 'summary', 'example', 'examples', 'deprecated', 'default', 'x-any']
    const said = fc.record(Object.fromEntries(words.map((word) => [word, fc.string()])), { requiredKeys: [] })
    fc.assert(
      fc.property(fc.array(said, { minLength: 1 }), fc.infiniteStream(fc.nat()), (texts, order) => {
        const shuffled = <T>(items: T[]): T[] =>
          items
            .map((item) => [order.next().value, item] as const)
            .sort(([a], [b]) => a - b)
            .map(([, item]) => item)
        const reorder = (value: Loose): Loose => {
          if (Array.isArray(value)) return shuffled(value.map(reorder))
          if (typeof value !== 'object' || value === null) return value
          return Object.fromEntries(
            shuffled(Object.entries(value)).map(([key, inner]) => [key, reorder(inner)]),
          )
        }
        const worded = eachSchema(copy(), (schema) => ({
          ...schema,
          ...texts[(order.next().value as number) % texts.length],
          // That of a parameter counts.
          ...(schema.default !== undefined && { default: schema.default }),
        }))
        same(() => reorder(worded))
      }),
      { numRuns: 30 },
    )
  })

  it('operation ids, names of components and of path variables', () => {
    same((document) => {
      for (const item of Object.values<Loose>(document.paths)) {
        for (const operation of Object.values<Loose>(item))
          operation.operationId = `x_${operation.operationId}`
      }
      const text = JSON.stringify(document)
        .replaceAll('#/components/schemas/', '#/components/schemas/Their')
        .replaceAll('/v1/call/{id}', '/v1/call/{call_id}')
        .replaceAll('"name":"id","in":"path"', '"name":"call_id","in":"path"')
        .replaceAll('"bearer":', '"CustomHTTPBearer":')
      const renamed = JSON.parse(text)
      const theirs = Object.entries(renamed.components.schemas)
      renamed.components.schemas = Object.fromEntries(
        theirs.map(([name, schema]) => [`Their${name}`, schema]),
      )
      return renamed
    })
  })

  it('additionalProperties: true, or none', () => {
    same((document) =>
      eachSchema(document, ({ additionalProperties: given, ...schema }) =>
        given === undefined && schema.properties ? { ...schema, additionalProperties: true } : schema,
      ),
    )
    same((document) => {
      schemas(document).CallRequest.additionalProperties = {}
    })
  })

  it('allOf of one, of parts, and anyOf of one', () => {
    same((document) => eachSchema(document, (schema) => ({ allOf: [schema] })))
    same((document) => eachSchema(document, (schema) => ({ anyOf: [schema] })))
    same((document) => {
      const { properties, required } = schemas(document).Call
      const { id, status, ...rest } = properties
      schemas(document).Call = {
        allOf: [
          { type: 'object', properties: { id, status } },
          { properties: rest, required },
        ],
      }
    })
  })

  it('references where our spec has none, and the other way round', () => {
    same((document) => {
      document.components.requestBodies = { Call: place(document).requestBody }
      place(document).requestBody = { $ref: '#/components/requestBodies/Call' }
      document.components.responses.Placed = place(document).responses['201']
      place(document).responses['201'] = { $ref: '#/components/responses/Placed' }
      schemas(document).Call.properties.contact = schemas(document).Contact
      document.components.pathItems = { call: document.paths['/v1/call/'] }
      document.paths['/v1/call/'] = { $ref: '#/components/pathItems/call' }
    })
  })

  it('const, an enum of one value, and limits of zero', () => {
    same((document) => {
      schemas(document).CallType = { oneOf: [{ const: 'inbound' }, { const: 'outbound' }] }
      schemas(document).CallPage.properties.data.minItems = 0
      schemas(document).CallPage.properties.data.uniqueItems = false
    })
  })

  it('null in a query', () => {
    same((document) => {
      for (const parameter of list(document).parameters) {
        if (parameter.schema)
          parameter.schema = {
            anyOf: [parameter.schema, { type: 'null' }],
            default: parameter.schema.default,
          }
      }
    })
  })

  it('readOnly fields of a request and writeOnly fields of a response', () => {
    same((document) => {
      const { CallRequest, Call } = schemas(document)
      CallRequest.properties.created_by = { type: 'string', readOnly: true }
      CallRequest.required.push('created_by')
      Call.properties.secret = { type: 'string', writeOnly: true }
    })
  })

  it('content types with parameters, and ranges of them', () => {
    same((document) => {
      const { responses, requestBody } = place(document)
      responses['201'].content = {
        'Application/JSON; charset=utf-8': responses['201'].content['application/json'],
      }
      responses['400'].content = { '*/*': responses['400'].content['application/json'] }
      requestBody.content = { 'application/*': requestBody.content['application/json'] }
    })
  })

  it('one tool call in one schema, or one for each kind of tool', () => {
    const document = copy()
    const { ToolCall } = schemas(document)
    const { function_name, tool_name, ...shared } = ToolCall.properties
    const kinds = { function_name, tool_name }
    ToolCall.type = ['object', 'null']
    schemas(document).ToolCall = {
      oneOf: [
        ...Object.entries(kinds).map(([name, schema]) => ({
          ...{ type: 'object', properties: { ...shared, [name]: schema } },
          required: ['status', 'payload'],
        })),
        { type: 'null' },
      ],
    }
    expect(compareWithVendor(document).map(short)).toEqual([])
  })
})

describe('every change of a field of a call is found', () => {
  const fields = Object.keys(schemas(copy()).Call.properties)
  const changes: Record<string, (call: Loose, field: string) => Loose> = {
    property_removed: (call, field) => delete call.properties[field],
    type_changed: (call, field) => (call.properties[field] = { type: 'array', items: {} }),
    type_widened: (call, field) => (call.properties[field] = {}),
    null_added: (call, field) =>
      (call.properties[field] = { anyOf: [call.properties[field], { type: 'null' }] }),
    null_removed: (call, field) => (call.properties[field] = unnulled(call.properties[field])),
    property_optional: (call, field) =>
      (call.required = call.required.filter((name: string) => name !== field)),
    property_required: (call, field) => call.required.push(field),
  }
  const applies = (code: string, { properties, required }: Loose, field: string): boolean => {
    if (code === 'null_added') return !nullable(properties[field]) && !hasNull(properties[field])
    if (code === 'null_removed') return nullable(properties[field])
    if (code === 'property_optional') return required.includes(field)
    return code !== 'property_required' || !required.includes(field)
  }

  it.each(Object.keys(changes))('%s', (code) => {
    for (const field of fields) {
      const document = copy()
      const { Call } = schemas(document)
      if (!applies(code, Call, field)) continue
      changes[code]?.(Call, field)
      const found = compareWithVendor(document)
      const harmless = code === 'null_removed' || code === 'property_required'
      expect(found.map(({ at, code, effect }) => [at, code, effect])).toEqual(
        ['200/body/data/*', '201/body', '200/body'].map((where) => [
          `/responses/${where}/${field}`,
          code,
          harmless ? 'harmless' : 'breaks_response',
        ]),
      )
    }
  })
})
