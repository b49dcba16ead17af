/** The terms that concern more than one operation: paths, server, ids, the body of a create, and what the mock sends. */
import { Diga } from '@digame/client'
import { isRecord } from '@digame/internal'
import { expect } from 'vitest'
import { operationsIn } from '../document.ts'
import { expectNone } from '../expect-none.ts'
import { type Fields, type Kind, shape } from '../kinds.ts'
import { operationIds } from '../operations.ts'
import { callFields, messageFields, placing, production, terms } from '../terms.ts'
import { type Check, connectOnTestClock, expectSuccess, violationsOf } from './check.ts'
import { authorized, type Judged, misjudged, type TermsContext } from './terms-context.ts'
import { id } from './terms-of-operations.ts'

const place = ({ send }: TermsContext, body: unknown, init: RequestInit = {}): Promise<Judged> =>
  send('POST', '/v1/call/', { body: JSON.stringify(body), ...init })

/** The fields of a body as a kind; unlike the service, the mock reports unknown fields as violations. */
const withoutUnknownFields = (fields: Fields): Kind => {
  const { good, bad } = shape(fields)
  return { good: good.filter(({ what }) => what !== 'one field more'), bad }
}

const paths = ({ document }: TermsContext): Check => ({
  name: 'these operations exist, at these paths',
  run() {
    const found = operationsIn(document).map(
      ({ id, method, path }) => `${id} ${method.toUpperCase()} ${path}`,
    )
    const expected = operationIds.map((id) => `${id} ${terms[id].method} ${terms[id].path}`)
    expect(found.sort().join('\n')).toBe(expected.sort().join('\n'))
  },
})

/** The URLs to which a client without a base URL sends its requests. */
async function defaultUrl(): Promise<string[]> {
  const { DIGA_BASE_URL } = process.env
  delete process.env['DIGA_BASE_URL']
  const urls: string[] = []
  const diga = new Diga({
    apiKey: 'key',
    async fetch(url) {
      urls.push(String(url))
      return new Response(null, { status: 401 })
    },
  })
  await diga.calls.get(id).catch(() => {})
  if (DIGA_BASE_URL !== undefined) process.env['DIGA_BASE_URL'] = DIGA_BASE_URL
  return urls
}

const server = ({ document }: TermsContext): Check => ({
  name: 'the client and the document name the same server',
  async run() {
    expect(await defaultUrl()).toEqual([`${production}/v1/call/${id}`])
    const servers = Array.isArray(document['servers']) ? document['servers'].filter(isRecord) : []
    expect(servers.map(({ url }) => url)).toEqual([production])
  },
})

const pathId = ({ send }: TermsContext, path: string): Check => ({
  name: `the id in ${path} is a uuid`,
  async run() {
    expectNone((await send('GET', path.replace('{id}', id))).violations)
    expect((await send('GET', path.replace('{id}', '7'))).violations).toEqual(['path.id format'])
  },
})

const placingBodies = (context: TermsContext): Check => ({
  name: 'a call is placed with the right body only',
  async run() {
    const kind = withoutUnknownFields(placing)
    expectNone(await misjudged(kind, async ({ value }) => (await place(context, value)).violations))
    const unknown = { from_number: '+34910000001', to_number: '+34612345678', something_new: 1 }
    expect((await place(context, unknown)).violations).toEqual(['body.something_new unknown_key'])
  },
})

const placingType = (context: TermsContext): Check => ({
  name: 'a call is placed with a body in JSON',
  async run() {
    const headers = { ...authorized, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await place(context, {}, { body: 'from_number=1', headers })).status).toBe(422)
    expect((await context.send('POST', '/v1/call/')).violations).not.toEqual([])
  },
})

const fieldsOf = (value: object): string[] => Object.keys(value).sort()

const mockFields = ({ document }: TermsContext): Check => ({
  name: 'the mock sends calls and messages with every field, and no other',
  async run() {
    const { diga, mock, run } = await connectOnTestClock(document)
    const request = { from_number: '+34910000001', to_number: '+34612345678' }
    const call = await run(expectSuccess(diga.calls.create(request)))
    const ended = await run(expectSuccess(diga.calls.wait(call.id)))
    const { data } = await run(diga.calls.messages(call.id))
    for (const one of [call, ended]) expect(fieldsOf(one)).toEqual(fieldsOf(callFields))
    expect(data.length).toBeGreaterThan(1)
    for (const one of data) expect(fieldsOf(one)).toEqual(fieldsOf(messageFields))
    expectNone(violationsOf(mock.journal))
  },
})

/** Checked before the operations one by one. */
export const leadingTermChecks = (context: TermsContext): readonly Check[] => [
  paths(context),
  server(context),
]

/** Checked after the operations one by one. */
export const closingTermChecks = (context: TermsContext): readonly Check[] => [
  ...['/v1/call/{id}', '/v1/call/{id}/message'].map((path) => pathId(context, path)),
  placingBodies(context),
  placingType(context),
  mockFields(context),
]
