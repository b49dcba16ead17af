import { createRequire } from 'node:module'
import { createMock, type Mock, testNumbers, type Vocabulary } from '@digame/mock'
import { createTestClock, type TestClock } from '@digame/test-support'
import { createInstance, getHttpOperationsFromSpec } from '@stoplight/prism-http'
import { beforeEach, describe, expect, it } from 'vitest'
import { authorized, direct, get, lead, noon, post } from './http.ts'

const document = createRequire(import.meta.url)('@digame/spec/openapi.json') as object
const operations = await getHttpOperationsFromSpec(structuredClone(document))
const silent = { child: () => silent, debug() {}, error() {}, info() {}, success() {}, trace() {}, warn() {} }
const config = {
  isProxy: false as const,
  checkSecurity: false,
  validateRequest: false,
  validateResponse: true,
  errors: false,
  upstreamProxy: undefined,
  mock: { dynamic: false },
}

/** Resolves with what Prism finds wrong with a response. */
async function findErrors(operationId: string | undefined, response: Response) {
  const operation = operations.find(({ iid }) => iid === operationId)
  if (operation === undefined) throw new Error(`There is no operation ${operationId}`)
  const output = {
    statusCode: response.status,
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
    body: await response.json(),
  }
  const mock = () => () => ({ _tag: 'Right' as const, right: output })
  const input = { method: operation.method as 'get', url: { path: operation.path } }
  const outcome = await createInstance(config, { logger: silent, mock }).request(input, [operation])()
  if (outcome._tag === 'Left') throw outcome.left
  return outcome.right.validations.output.map(({ path, message }) => `${path?.join('.')}: ${message}`)
}

let clock: TestClock
let mock: Mock
const findErrorsOf = async (sent: Promise<Response>) => {
  const response = await sent
  return findErrors(mock.journal.at(-1)?.operation, response)
}

beforeEach(async () => {
  clock = createTestClock({ start: noon })
})

it('a wrong response is noticed', async () => {
  mock = await createMock({ clock })
  mock.reply({ code: 201, body: { id: 7 } })
  expect(await findErrorsOf(post(direct(mock), lead))).toContain(
    'body.id: Response body property id must be string',
  )
})

describe.each<[Vocabulary]>([['seed'], ['2026-07']])(
  'responses in the vocabulary %s match the spec',
  (vocabulary) => {
    it.each(['+34612345678', ...Object.keys(testNumbers)])(
      'for the whole life of a call to %s',
      async (to_number) => {
        mock = await createMock({ clock, vocabulary })
        mock.reply({ headers: {}, operation: 'placeCall' })
        const sent = post(direct(mock), { ...lead, to_number }, { signal: AbortSignal.timeout(50) })
        await sent.catch(() => {})
        for (const { id } of mock.calls) {
          for (let second = 0; second < 80; second += 4) {
            expect(await findErrorsOf(get(direct(mock), `/v1/call/${id}`))).toEqual([])
            expect(await findErrorsOf(get(direct(mock), `/v1/call/${id}/message`))).toEqual([])
            await clock.advance(4000)
          }
        }
        expect(await findErrorsOf(get(direct(mock), '/v1/call/'))).toEqual([])
      },
    )
  },
)

describe('a refusal matches the spec', () => {
  const to =
    (fields: object, headers = authorized) =>
    () =>
      post(
        direct(mock),
        { ...lead, ...fields },
        { headers: { 'content-type': 'application/json', ...headers } },
      )
  const read =
    (path: string, headers = authorized) =>
    () =>
      get(direct(mock), path, { headers })
  const other = { authorization: 'Bearer sk-other' }
  const reading = { authorization: 'Bearer sk-read' }

  it.each<[number, () => Promise<Response>]>([
    [201, to({})],
    [400, to({ to_number: '+14155550100' })],
    [401, to({}, other)],
    [403, to({}, reading)],
    [403, to({ from_number: '+34910000003' })],
    [404, to({ from_number: '+34910000009' })],
    [412, to({ from_number: '+34910000002' })],
    [422, to({ to_number: 7 })],
    [500, to({ to_number: '+34500000016' })],
    [400, read('/v1/call/?after=7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01')],
    [401, read('/v1/call/', other)],
    [422, read('/v1/call/?limit=0')],
    [422, read(`/v1/call/?after=${crypto.randomUUID()}&before=${crypto.randomUUID()}`)],
    [404, read('/v1/call/7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01')],
    [422, read('/v1/call/7')],
    [404, read('/v1/call/7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01/message')],
  ])('%i', async (status, send) => {
    mock = await createMock({
      clock,
      keys: { 'sk-test': 'write', 'sk-read': 'read' },
      numbers: { '+34910000001': 'ready', '+34910000002': 'no_sip', '+34910000003': 'unverified' },
    })
    const response = await send()
    expect(response.status).toBe(status)
    expect(await findErrors(mock.journal[0]?.operation, response)).toEqual([])
  })
})
