/** One operation against its terms: its request, its responses, its query and its authorization. */
import { Diga } from '@digame/client'
import { isRecord } from '@digame/internal'
import { expect } from 'vitest'
import { keysAt, locate } from '../document.ts'
import { expectNone } from '../expect-none.ts'
import type { Sample } from '../kinds.ts'
import { casesFor, extents, type OperationId, operations } from '../operations.ts'
import type { Terms } from '../terms.ts'
import { type Check, expectSuccess, violationsOf } from './check.ts'
import { misjudged, type TermsContext } from './terms-context.ts'

export const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'

type Checks = (operation: OperationId, terms: Terms, context: TermsContext) => readonly Check[]

const urlOf = ({ path }: Terms): string => path.replace('{id}', id)

/** A body where the operation takes one. */
const initOf = ({ method }: Terms): RequestInit =>
  method === 'POST'
    ? { body: JSON.stringify({ from_number: '+34910000001', to_number: '+34612345678' }) }
    : {}

const requests: Checks = (operation, terms, { useMock }) =>
  extents.map((extent) => ({
    name: `the client sends its request to the documented path, with ${extent}`,
    run: () =>
      useMock(async (mock, received) => {
        const { method, query, responses } = terms
        const headers: (string | null)[] = []
        const diga = new Diga({
          apiKey: 'sk-1',
          baseUrl: 'http://mock',
          fetch(url, init) {
            const sent = new Headers(init?.headers)
            headers.push(sent.get('authorization'), sent.get('content-type'))
            return mock.fetch(url, init)
          },
        })
        if (operation !== 'placeCall' && operation !== 'streamConcurrency')
          mock.reply({ operation, code: Number(Object.keys(responses)[0]) })
        await expectSuccess(operations[operation][extent](diga))
        const [request] = received()
        expect(request).toMatchObject({ method, path: urlOf(terms) })
        expectNone(violationsOf(received()))
        expect(Object.keys(query)).toEqual(expect.arrayContaining(Object.keys(request?.query ?? {})))
        expect(headers).toEqual(['Bearer sk-1', method === 'POST' ? 'application/json' : null])
      }),
  }))

const statuses: Checks = (operation, { responses }, { cases }) => [
  {
    name: 'has these statuses, and errors with these codes',
    run() {
      const documented: Record<string, unknown[]> = {}
      for (const { code, value } of casesFor(operation, cases)) {
        documented[code] ??= []
        const errorCode = isRecord(value) ? value['error_code'] : undefined
        if (errorCode !== undefined && code >= 400) documented[code].push(errorCode)
      }
      expect(documented).toEqual(
        Object.fromEntries(Object.entries(responses).map(([code, { codes = [] }]) => [code, [...codes]])),
      )
    },
  },
]

const bodies: Checks = (_, { method, path, responses, type }, { document, validate }) =>
  Object.entries(responses).map(([code, { body }]) => ({
    name: `has the body that users rely on at ${code}`,
    async run() {
      const { at, node } = locate(['paths', path, method.toLowerCase(), 'responses', code], document)
      const media = Number(code) < 300 ? type : 'application/json'
      expect(keysAt(node, 'content')).toEqual([media])
      const schema = locate([...at, 'content', media, 'schema'], document).at
      expectNone(await misjudged(body, ({ value }) => validate(schema, value)))
    },
  }))

/** A bad value that a query can carry: everything in a URL is text. */
const fitsQuery = ({ value }: Sample): boolean => typeof value === 'string' && value !== ''

const queries: Checks = (_, terms, { send }) => [
  {
    name: 'takes every parameter of the query, with the right values only',
    async run() {
      const { method, query } = terms
      const url = urlOf(terms)
      const init = initOf(terms)
      expectNone((await send(method, url, init)).violations)
      expect((await send(method, `${url}?something_new=1`, init)).violations).toEqual([
        'query.something_new unknown_key',
      ])
      for (const [name, { good, bad }] of Object.entries(query)) {
        const judge = async ({ value }: Sample): Promise<readonly string[]> =>
          (await send(method, `${url}?${name}=${encodeURIComponent(String(value))}`)).violations
        expectNone(await misjudged({ good, bad: bad.filter(fitsQuery) }, judge), name)
      }
    },
  },
]

const defaults: Checks = (_, terms, { document }) => [
  {
    name: 'has these defaults in its query',
    run() {
      const { at, node } = locate(['paths', terms.path, terms.method.toLowerCase()], document)
      const found = keysAt(node, 'parameters').flatMap((index) => {
        const parameter = locate([...at, 'parameters', index], document)
        const { node: schema } = locate([...parameter.at, 'schema'], document)
        const { default: value } = schema
        return value === undefined ? [] : [[String(parameter.node['name']), value] as const]
      })
      expect(Object.fromEntries(found)).toEqual(terms.defaults ?? {})
    },
  },
]

const authorization: Checks = (_, terms, { send }) => [
  {
    name: 'requires a bearer token',
    async run() {
      const init = initOf(terms)
      const url = urlOf(terms)
      for (const wrong of [{}, { authorization: 'Basic a2V5' }, { 'x-api-key': 'key' }]) {
        const headers = { 'content-type': 'application/json', ...wrong }
        const judged = await send(terms.method, url, { ...init, headers })
        expect(judged).toEqual({ status: 401, violations: ['header.authorization 401'] })
      }
      expectNone((await send(terms.method, url, init)).violations)
    },
  },
]

/** The checks of one operation: first those that only read the document, as the others rely on what they find. */
export const operationTermChecks: Checks = (operation, terms, context) =>
  [statuses, bodies, defaults, requests, queries, authorization].flatMap((checks) =>
    checks(operation, terms, context).map((check) => ({ ...check, name: `${operation} ${check.name}` })),
  )
