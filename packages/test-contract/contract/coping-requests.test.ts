/** Whether the client sends exactly what `@digame/client/coping` says about each change of a request. */
import { Diga, DigaApiError, DigaInvalidCallError } from '@digame/client'
import { copingWith } from '@digame/client/coping'
import { compareWithVendor, type Difference } from '@digame/spec-diff'
import { describe, expect, test, vi } from 'vitest'
import { inlined, type Loose, operationIn } from './coping-changes.ts'
import {
  all,
  call,
  failureOf,
  id,
  key,
  openWorld,
  pages,
  request,
  type Seen,
  type World,
} from './coping-service.ts'
import { operationIds, operations } from './operations.ts'

type Change = (document: Loose) => void

const ids = Object.keys(operations)
const place = (document: Loose): Loose => operationIn(document, 'placeCall')
const bodyOf = (document: Loose): Loose => place(document).requestBody.content['application/json'].schema
const parametersOf = (document: Loose, operation: string): Loose[] =>
  operationIn(document, operation).parameters ?? []

/** Every change of a request that is tried: of the service, of each parameter, of each field. */
function* changes(): Generator<[name: string, change: Change]> {
  yield ['another server', (d) => (d.servers = [{ url: 'https://elsewhere.example' }])]
  yield ['another authorisation', (d) => (d.security = [{ other: [] }])]
  yield ['paths of a new version', (d) => renamePaths(d, (path) => path.replace('v1', 'v2'))]
  yield ['no path for one call', (d) => delete d.paths['/v1/call/{id}']]
  yield ['no post', (d) => delete d.paths['/v1/call/'].post]
  for (const operation of ids) yield* parameterChanges(operation)
  yield* bodyChanges()
}

function renamePaths(document: Loose, rename: (path: string) => string): void {
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [rename(path), item]),
  )
}

function* parameterChanges(operation: string): Generator<[string, Change]> {
  const add =
    (location: string): Change =>
    (d) => {
      const added = { name: 'x-project', in: location, required: true, schema: { type: 'string' } }
      operationIn(d, operation).parameters = [...parametersOf(d, operation), added]
    }
  for (const location of ['query', 'header', 'cookie'])
    yield [`${operation}: a required ${location}`, add(location)]
  if (operation !== 'placeCall') {
    const requestBody = { required: true, content: { 'application/json': { schema: {} } } }
    yield [`${operation}: a required body`, (d) => (operationIn(d, operation).requestBody = requestBody)]
  }
  for (const { name, schema } of parametersOf(inlined(), operation)) {
    const of = (how: string, change: (parameter: Loose) => void): [string, Change] => [
      `${operation}: ${name} ${how}`,
      (d) => change(parametersOf(d, operation).find((one) => one.name === name)),
    ]
    yield of('is an object', (one) => (one.schema = { type: 'object' }))
    yield of('is required', (one) => (one.required = true))
    yield [
      `${operation}: ${name} gone`,
      (d) => {
        operationIn(d, operation).parameters = parametersOf(d, operation).filter((one) => one.name !== name)
      },
    ]
    if (schema.default)
      yield of('has another default', ({ schema }) => (schema.default = name === 'order' ? 'asc' : 7))
    if (schema.maximum) yield of('has a lower maximum', ({ schema }) => (schema.maximum = 10))
    if (schema.minimum) yield of('has a higher minimum', ({ schema }) => (schema.minimum = 5))
    for (const value of schema.enum ?? [])
      yield of(
        `is never ${value}`,
        ({ schema }) => (schema.enum = schema.enum.filter((one: string) => one !== value)),
      )
  }
}

function* bodyChanges(): Generator<[string, Change]> {
  const content = { 'application/x-www-form-urlencoded': {} }
  yield ['a form', (d) => (place(d).requestBody.content = content)]
  yield ['no body', (d) => delete place(d).requestBody]
  yield ['a closed body', (d) => (bodyOf(d).additionalProperties = false)]
  yield ['a condition on the body', (d) => (bodyOf(d).minProperties = 4)]
  const add: Change = (d) => {
    bodyOf(d).properties.purpose = { type: 'string' }
    bodyOf(d).required.push('purpose')
  }
  yield ['a required field', add]
  for (const name of Object.keys(bodyOf(inlined()).properties)) {
    const of = (how: string, change: (properties: Loose, body: Loose) => void): [string, Change] => [
      `${name} ${how}`,
      (d) => change(bodyOf(d).properties, bodyOf(d)),
    ]
    yield of('gone', (properties) => delete properties[name])
    yield of('is required', (_, body) => (body.required = [...new Set([...body.required, name])]))
    yield of('is a number', (properties) => (properties[name] = { type: 'integer' }))
    yield of(
      'is never null',
      (properties) => (properties[name] = { ...properties[name], type: typeOf(properties[name]) }),
    )
    yield of('has a limit', (properties) =>
      Object.assign(properties[name], { maxLength: 3, maxProperties: 0 }),
    )
  }
  const variables =
    (schema: Loose): Change =>
    (d) =>
      (bodyOf(d).properties.dynamic_variables.additionalProperties = schema)
  yield ['no variables of your own', variables(false)]
  yield ['variables are texts', variables({ type: 'string' })]
}

/** How the client is asked for an operation; the whole service, `all`, is none. */
function operationNamed(name: string): (typeof operations)[keyof typeof operations] | undefined {
  const id = operationIds.find((one) => one === name)
  return id && operations[id]
}

const typeOf = ({ type }: Loose): string => [type].flat()[0]

/** Everything that the client sends for one operation when you pass only what is required, and when you pass all. */
async function sent(operation: string): Promise<readonly Seen[]> {
  const world = openWorld()
  await operationNamed(operation)?.required(world.diga)
  await operationNamed(operation)?.everything(world.diga)
  return world.seen
}

/** What a create sends as its body. */
async function sentBody(more: object = {}, options: object = {}, world: World = openWorld()): Promise<Loose> {
  await world.diga.calls.create({ ...request, ...more }, { idempotencyKey: key, ...options })
  return world.seen[0]?.body
}

const queryOf = (operation: string, query: object, { diga }: World): PromiseLike<unknown> =>
  operation === 'listCalls' ? diga.calls.list(query) : diga.calls.messages(id, query)

const nameIn = ({ at }: Pick<Difference, 'at'>): string => at.split('/').at(-1) ?? ''

/** A value for each parameter, which is sent as it is. */
const values: Readonly<Record<string, string | number>> = {
  page: 2,
  limit: 3,
  order: 'asc',
  status: 'failed',
  type: 'inbound',
}
const sampleOf = (name: string): string | number =>
  values[name] ?? (/date/.test(name) ? '2026-07-22T10:00:00Z' : id)

/** Whether a look-up still finds its call if the service refuses what a difference takes away. */
async function isStillFound({ at, code, value = '' }: Difference): Promise<boolean> {
  const name = nameIn({ at })
  const isRefused = (query: URLSearchParams): boolean => {
    if (!query.has(name)) return false
    if (value.startsWith('minimum')) return Number(query.get(name)) < Number(/[\d.]+/.exec(value)?.[0])
    return code !== 'value_removed' || query.get(name) === value
  }
  const { result } = await openWorld(undefined, {}, isRefused).find()
  return result === 'found'
}

type Check = (difference: Difference) => Promise<unknown>

/** What each statement says, checked by what the client sends. */
const checks: Readonly<Record<string, Check>> = {
  async 'Calls https://api.diga.io unless you set baseUrl or DIGA_BASE_URL.'() {
    const urls: string[] = []
    const fetch = async (url: string): Promise<Response> => {
      urls.push(new URL(url).origin)
      return new Response(JSON.stringify(call))
    }
    vi.stubEnv('DIGA_BASE_URL', undefined)
    await new Diga({ apiKey: 'key', fetch }).calls.get(id)
    await new Diga({ apiKey: 'key', fetch, baseUrl: 'http://one.example' }).calls.get(id)
    vi.stubEnv('DIGA_BASE_URL', 'http://two.example')
    await new Diga({ apiKey: 'key', fetch }).calls.get(id)
    expect(urls).toEqual(['https://api.diga.io', 'http://one.example', 'http://two.example'])
  },
  async 'Sends the API key as a bearer token.'({ operation }) {
    for (const { headers } of await sent(operation)) {
      expect(headers['authorization']).toBe('Bearer sk-key')
      expect(Object.values(headers).filter((value) => value.includes('sk-key'))).toHaveLength(1)
    }
  },
  async 'Sends to the path and with the method of our spec, and follows no redirect.'({
    endpoint,
    operation,
  }) {
    for (const { method, url, redirect } of await sent(operation)) {
      const path = url.pathname.replace(/[\da-f-]{36}/, '{id}')
      expect([`${method} ${path}`, redirect]).toEqual([endpoint, 'manual'])
    }
    let count = 0
    const fetch = async (): Promise<Response> => {
      count++
      return new Response(null, { status: 308, headers: { location: 'http://elsewhere.example' } })
    }
    expect(
      await failureOf(
        operationNamed(operation)?.required(openWorld(undefined, { fetch }).diga) as Promise<unknown>,
      ),
    ).toBeInstanceOf(DigaApiError)
    expect(count).toBe(1)
  },
  async 'Sends the header only if you add it with the option headers.'({ at, operation }) {
    const name = nameIn({ at })
    for (const { headers } of await sent(operation)) expect(headers).not.toHaveProperty(name)
    const world = openWorld()
    await operationNamed(operation)?.required(world.diga, { headers: { [name]: 'mine' } })
    expect(world.seen[0]?.headers[name]).toBe('mine')
  },
  async 'Does not send the parameter by itself.'(difference) {
    for (const { query, headers } of await sent(difference.operation)) {
      expect(query.has(nameIn(difference))).toBe(false)
      expect(headers).not.toHaveProperty('cookie')
    }
  },
  async 'Sends only ids that are UUIDs.'({ operation }) {
    const { diga, seen } = openWorld()
    const read = (one: string) =>
      failureOf(
        new Promise((done) => done(operation === 'getCall' ? diga.calls.get(one) : diga.calls.messages(one))),
      )
    expect(await read('7')).toBeInstanceOf(DigaInvalidCallError)
    expect(seen).toEqual([])
    expect(await read(id)).toBeUndefined()
    expect(seen[0]?.url.pathname).toContain(id)
  },
  async 'Reads on until has_more is false, whatever the size of a page.'({ operation }) {
    const { diga, seen } = openWorld()
    const items = await all<Loose>(operation === 'listCalls' ? diga.calls.list() : diga.calls.messages(id))
    expect(items).toEqual(pages[operation]?.flatMap(({ data }) => data))
    for (const { query } of seen) expect(query.has('limit')).toBe(false)
  },
  async 'Sends the parameter only if you pass it.'(difference) {
    const world = openWorld()
    const name = nameIn(difference)
    await queryOf(difference.operation, {}, world)
    await queryOf(difference.operation, { [name]: sampleOf(name) }, world)
    expect(world.seen.map(({ query }) => query.get(name))).toEqual([null, String(sampleOf(name))])
  },
  async 'Look-ups send it: a call whose response was lost might not be found.'(difference) {
    const world = openWorld()
    expect((await world.find()).result).toBe('found')
    const expected = {
      limit: ['1000', '1000'],
      order: ['desc', 'desc'],
      after: [null, pages['listCalls']?.[0].last_id],
    }
    const name = nameIn(difference)
    expect([name, world.seen.map(({ query }) => query.get(name))]).toEqual([
      name,
      Reflect.get(expected, name),
    ])
    expect([difference.at, difference.value, await isStillFound(difference)]).toEqual([
      difference.at,
      difference.value,
      false,
    ])
  },
  async 'Sends the last id of a page as after, to read the next page.'({ operation }) {
    const { diga, seen } = openWorld()
    await all<Loose>(operation === 'listCalls' ? diga.calls.list() : diga.calls.messages(id))
    expect(seen.map(({ query }) => query.get('after'))).toEqual([null, pages[operation]?.[0].last_id])
  },
  async 'Sends what you pass.'(difference) {
    const name = nameIn(difference)
    if (difference.operation === 'placeCall') {
      expect(await sentBody({ [name]: id })).toMatchObject({ [name]: id })
      expect(await sentBody({ [name]: null })).toMatchObject({ [name]: null })
      expect(await sentBody()).not.toHaveProperty(name)
      return
    }
    const world = openWorld()
    await queryOf(difference.operation, { [name]: sampleOf(name) }, world)
    expect(world.seen[0]?.query.get(name)).toBe(String(sampleOf(name)))
    if (difference.operation !== 'listCalls') return
    expect([difference.at, difference.value, await isStillFound(difference)]).toEqual([
      difference.at,
      difference.value,
      true,
    ])
  },
  async 'Sends no body.'({ operation }) {
    for (const { body } of await sent(operation)) expect(body).toBeUndefined()
  },
  async 'Sends the call as JSON.'() {
    const [first] = await sent('placeCall')
    expect(first?.headers['content-type']).toBe('application/json')
    expect(first?.body).toMatchObject(request)
  },
  async 'Sends only fields of our spec, unless you pass others.'() {
    const fields = Object.keys(bodyOf(inlined()).properties)
    for (const { body } of await sent('placeCall'))
      expect(fields).toEqual(expect.arrayContaining(Object.keys(body)))
    expect(await sentBody({ purpose: 'x' })).toHaveProperty('purpose')
  },
  async 'Sends the field only if you pass it.'(difference) {
    const name = nameIn(difference)
    expect(await sentBody()).not.toHaveProperty(name)
    expect(await sentBody({ [name]: 'x' })).toHaveProperty(name, 'x')
  },
  async 'Requires the number, and sends it as you pass it.'(difference) {
    const world = openWorld()
    const without = failureOf(
      world
        .place({ idempotencyKey: 'a-key' })
        .then(() => sentBody({ [nameIn(difference)]: undefined }, {}, world)),
    )
    expect(await without).toBeInstanceOf(DigaInvalidCallError)
    expect(await sentBody()).toMatchObject(request)
  },
  async 'Sends each variable as you pass it, and the idempotency key as a string.'() {
    const dynamic_variables = { visits: 3, member: true, name: 'Ana' }
    const body = await sentBody({ dynamic_variables })
    expect(body.dynamic_variables).toEqual({ ...dynamic_variables, digame_key: key })
  },
  async 'Always sends an object with the idempotency key in it, unless you set marker: false.'() {
    for (const more of [{}, { dynamic_variables: null }])
      expect((await sentBody(more)).dynamic_variables).toEqual({ digame_key: key })
    expect(await sentBody({}, {}, openWorld(undefined, { marker: false }))).toEqual(request)
  },
  async 'Sends the idempotency key in it: without it, a call whose response was lost cannot be found.'() {
    expect((await sentBody({ dynamic_variables: { a: 'b' } })).dynamic_variables).toEqual({
      a: 'b',
      digame_key: key,
    })
    const world = openWorld(undefined, { marker: false })
    expect(await world.find()).toMatchObject({ result: 'unknown', reason: 'no_marker' })
  },
}

/** The statements that say that the client copes; all others say that it does not. */
const coping = [
  'Reads on until has_more is false, whatever the size of a page.',
  'Sends only fields of our spec, unless you pass others.',
  'Always sends an object with the idempotency key in it, unless you set marker: false.',
]

const used = new Set<string>()

describe('what is said about a changed request is what is sent', () => {
  test.for([...changes()])('%s', async ([, change]) => {
    const document = inlined()
    change(document)
    for (const difference of compareWithVendor(document)) {
      const { client, clientCopes } = copingWith(difference)
      if (difference.effect === 'harmless') {
        expect({ client, clientCopes }).toEqual({
          client: 'Nothing changes for the client.',
          clientCopes: true,
        })
        continue
      }
      used.add(client)
      expect([client, clientCopes]).toEqual([client, coping.includes(client)])
      const check = checks[client]
      if (!check) throw new Error(`No test checks the statement ${JSON.stringify(client)}`)
      await check(difference)
    }
  })

  test('every statement that is checked is made', () => {
    expect([...used].sort()).toEqual(Object.keys(checks).sort())
  })
})
