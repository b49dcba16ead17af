/** The spec, the mock and the client, each against the terms of the contract. */
import { Diga } from '@digame/client'
import { createMock, type Mock } from '@digame/mock'
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { beforeAll, describe, expect, test } from 'vitest'
import { createJudge, placeOf } from './document.ts'
import { type Fields, type Kind, type Sample, shape } from './kinds.ts'
import { cases, operations } from './operations.ts'
import { callFields, messageFields, placing, production, type Terms, terms } from './terms.ts'

const judge = createJudge()
const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'
const all = Object.entries(terms)

let mock: Mock
beforeAll(async () => {
  mock = await createMock({ keepRequests: 1 })
})

/** Sends a request as it is; resolves with its status and what the spec has against it. */
async function ask(
  method: string,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; wrong: string[] }> {
  const controller = new AbortController()
  const { status } = await mock.fetch(`http://mock${path}`, {
    method,
    signal: controller.signal,
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    ...init,
  })
  // Ends a stream.
  controller.abort()
  const wrong = mock.journal.at(-1)?.violations.map(({ location, code }) => `${location.join('.')} ${code}`)
  return { status, wrong: wrong ?? [] }
}

const place = (body: unknown, init: RequestInit = {}) =>
  ask('POST', '/v1/call/', { body: JSON.stringify(body), ...init })

/** Samples that are judged otherwise than they should be. */
async function misjudged(
  { good, bad }: Kind,
  wrongs: (sample: Sample) => Promise<readonly string[]> | readonly string[],
): Promise<string[]> {
  const found: string[] = []
  for (const one of good) {
    const wrong = await wrongs(one)
    if (wrong.length > 0) found.push(`${one.what} is refused: ${wrong.join(', ')}`)
  }
  for (const one of bad) if ((await wrongs(one)).length === 0) found.push(`${one.what} is accepted`)
  return found
}

test('there are these operations, at these paths', () => {
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path]),
  )
  expect(found.sort()).toEqual(all.map(([name, { method, path }]) => [name, method, path]).sort())
})

test('the client and the spec mean the same service', async () => {
  const asked: string[] = []
  delete process.env['DIGA_BASE_URL']
  const diga = new Diga({
    apiKey: 'key',
    async fetch(url) {
      asked.push(String(url))
      return new Response(null, { status: 401 })
    },
  })
  await diga.calls.get(id).catch(() => {})
  expect(asked).toEqual([`${production}/v1/call/${id}`])
  expect(document.servers.map(({ url }) => url)).toEqual([production])
})

describe.each(all)('%s', (operation, { method, path, query, defaults = {}, answers, type }: Terms) => {
  const url = path.replace('{id}', id)
  const body =
    method === 'POST'
      ? { body: JSON.stringify({ from_number: '+34910000001', to_number: '+34612345678' }) }
      : {}

  test.each(['required', 'everything'] as const)('is asked at its path, with %s', async (kind) => {
    const headers: (string | null)[] = []
    const diga = new Diga({
      apiKey: 'sk-1',
      baseUrl: 'http://mock',
      fetch(sent, init) {
        const given = new Headers(init?.headers)
        headers.push(given.get('authorization'), given.get('content-type'))
        return mock.fetch(sent, init)
      },
    })
    if (operation !== 'placeCall' && operation !== 'streamConcurrency')
      mock.reply({ operation: operation as never, code: Number(Object.keys(answers)[0]) })
    await operations[operation]?.[kind](diga)
    const asked = mock.journal.at(-1)
    expect(asked).toMatchObject({ method, path: url, violations: [] })
    expect(Object.keys(query)).toEqual(expect.arrayContaining(Object.keys(asked?.query ?? {})))
    expect(headers).toEqual(['Bearer sk-1', method === 'POST' ? 'application/json' : null])
  })

  test('answers with these statuses, and errors of these codes', () => {
    const told: Record<string, string[]> = {}
    for (const one of cases.filter((one) => one.operation === operation)) {
      told[one.code] ??= []
      const { error_code } = one.value as { error_code?: string }
      if (error_code !== undefined && one.code >= 400) told[one.code]?.push(error_code)
    }
    expect(told).toEqual(
      Object.fromEntries(Object.entries(answers).map(([code, { codes = [] }]) => [code, [...codes]])),
    )
  })

  test.each(Object.keys(answers))('%s has the body that users rely on', async (code) => {
    const media = Number(code) < 300 ? type : 'application/json'
    const { at, node } = placeOf(['paths', path, method.toLowerCase(), 'responses', code])
    expect(Object.keys(node['content'] as object)).toEqual([media])
    const schema = placeOf([...at, 'content', media, 'schema']).at
    const { body } = answers[Number(code)] as { body: Kind }
    expect(await misjudged(body, ({ value }) => judge(schema, value))).toEqual([])
  })

  test('takes every parameter of the query, with the right values only', async () => {
    expect((await ask(method, url, body)).wrong).toEqual([])
    expect((await ask(method, `${url}?something_new=1`, body)).wrong).toEqual([
      'query.something_new unknown_key',
    ])
    for (const [name, kind] of Object.entries(query as Record<string, Kind>)) {
      const { good, bad } = {
        good: kind.good,
        bad: kind.bad.filter(({ value }) => typeof value === 'string' && value !== ''),
      }
      const sent = ({ value }: Sample) => ask(method, `${url}?${name}=${encodeURIComponent(String(value))}`)
      expect(await misjudged({ good, bad }, async (one) => (await sent(one)).wrong), name).toEqual([])
    }
  })

  test('has these defaults in its query', () => {
    const { node } = placeOf(['paths', path, method.toLowerCase()])
    const found = Object.keys(node['parameters'] ?? []).flatMap((index) => {
      const { name, schema } = placeOf(['paths', path, method.toLowerCase(), 'parameters', index]).node
      const { default: value } = schema as { default?: unknown }
      return value === undefined ? [] : [[name, value]]
    })
    expect(Object.fromEntries(found)).toEqual(defaults)
  })

  test('wants a bearer', async () => {
    for (const headers of [{}, { authorization: 'Basic a2V5' }, { 'x-api-key': 'key' }]) {
      const { status, wrong } = await ask(method, url, {
        ...body,
        headers: { 'content-type': 'application/json', ...headers },
      })
      expect({ status, wrong }).toEqual({ status: 401, wrong: ['header.authorization 401'] })
    }
    const { wrong } = await ask(method, url, body)
    expect(wrong).toEqual([])
  })
})

test.each(['/v1/call/{id}', '/v1/call/{id}/message'])('the id in %s is a uuid', async (path) => {
  expect((await ask('GET', path.replace('{id}', id))).wrong).toEqual([])
  expect((await ask('GET', path.replace('{id}', '7'))).wrong).toEqual(['path.id format'])
})

/** Unknown fields of a body are violations, though the service bears them. */
const sendable = (fields: Fields): Kind => {
  const { good, bad } = shape(fields)
  return { good: good.filter(({ what }) => what !== 'one field more'), bad }
}

test('a call is placed with the right body only', async () => {
  expect(await misjudged(sendable(placing), async ({ value }) => (await place(value)).wrong)).toEqual([])
  expect(
    (await place({ from_number: '+34910000001', to_number: '+34612345678', something_new: 1 })).wrong,
  ).toEqual(['body.something_new unknown_key'])
})

test('a call is placed with a body, in JSON', async () => {
  const headers = { authorization: 'Bearer key', 'content-type': 'application/x-www-form-urlencoded' }
  expect((await place({}, { body: 'from_number=1', headers })).status).toBe(422)
  expect((await ask('POST', '/v1/call/')).wrong).not.toEqual([])
})

test('the mock gives calls and messages with every field, and no other', async () => {
  await using lively = await createMock({ speed: 100_000 })
  const diga = new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch: lively.fetch })
  const call = await diga.calls.create({ from_number: '+34910000001', to_number: '+34612345678' })
  const ended = await diga.calls.wait(call.id, { intervalMs: 5 })
  const { data } = await diga.calls.messages(call.id)
  for (const one of [call, ended]) expect(Object.keys(one).sort()).toEqual(Object.keys(callFields).sort())
  expect(data.length).toBeGreaterThan(1)
  for (const one of data) expect(Object.keys(one).sort()).toEqual(Object.keys(messageFields).sort())
})
