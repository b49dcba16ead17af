/** Answers that are other than the examples and yet allowed, or other than the spec: what can be read passes through. */
import {
  type Call,
  Diga,
  DigaApiError,
  type DigaEvent,
  DigaResponseError,
  hasEnded,
  outcomeOf,
} from '@digame/client'
import type { OperationId } from '@digame/mock'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeMock } from './make-mock.ts'
import { cases, to } from './operations.ts'
import { type Twist, twisted, twistsOf } from './shapes.ts'

/** When it is, for the client and for the service: long enough after the call was placed for its look-up to end at once. */
const now = Date.parse('2026-07-22T10:20:00Z')
const sentAt = new Date('2026-07-22T10:00:00Z')
const key = 'the-key'
const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a04'
const once = { maxRetries: 0 }

// So far from UTC that a moment without a zone, read as local time, is hours off.
const { TZ } = process.env
beforeAll(() => {
  process.env['TZ'] = 'Asia/Tokyo'
})
afterAll(() => {
  if (TZ === undefined) delete process.env['TZ']
  else process.env['TZ'] = TZ
})

const example = <Body>(operation: OperationId, name: string): Body =>
  structuredClone(cases.find((one) => one.operation === operation && one.example === name)?.value) as Body

/** Everything that can be there is there, so that everything can be missing. */
const call: Call = {
  ...example<Call>('getCall', 'completed'),
  created_date: '2026-07-22T10:00:03Z',
  dynamic_variables: { customer_name: 'Ana', digame_key: key },
}
const callPage = {
  ...example<{ last_id: string }>('listCalls', 'one_page'),
  data: [call],
  has_more: false,
}
const { data: said, ...restOfPage } = example<{ data: { tool_call: object | null }[] }>(
  'listMessages',
  'conversation',
)
const messagePage = {
  ...restOfPage,
  has_more: true,
  data: [{ ...said[0], tool_call: { ...said[2]?.tool_call, tool_name: 'transfer' } }],
}

async function answering(operation: OperationId, code: number, ...bodies: readonly unknown[]) {
  const events: DigaEvent[] = []
  const clock = { now: () => now, after: () => () => {} }
  const mock = await makeMock({ clock })
  for (const body of bodies) mock.reply({ operation, code, body })
  const diga = new Diga({
    apiKey: 'key',
    baseUrl: 'http://mock',
    fetch: mock.fetch,
    clock: { ...clock, elapsed: () => now },
    onEvent: (event) => void events.push(event),
  })
  const drift = (): unknown[] =>
    events.flatMap((event) => (event.type === 'drift' ? [`${event.kind} ${event.detail}`] : []))
  const place = () => diga.calls.create(request, { ...once, lookUp: false, idempotencyKey: key })
  return { diga, mock, drift, place }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const given: Item[] = []
  for await (const item of items) given.push(item)
  return given
}

const request = { from_number: '+34910000001', to_number: to }

/** What the client tells of a change of a call that lies at this path. */
function driftOf({ kind, path }: Twist, prefix = ''): string[] {
  const name = path.slice(prefix.length)
  if (!path.startsWith(prefix) || name.includes('.')) return []
  if (kind === 'added') return [`unknown_field ${name}`]
  if (kind === 'unknown' && name === 'status') return ['unknown_status something_new']
  return kind === 'required' && name !== 'id' ? [`missing_field ${name}`] : []
}

const isReadable = (body: unknown): boolean => typeof (body as { id?: unknown }).id === 'string'
const isPage = ({ data }: { data?: unknown }): boolean =>
  Array.isArray(data) && data.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))

const table = (name: string): [string, Twist][] => twistsOf(name).map((twist) => [twist.name, twist])

test.for([
  ['Call', call],
  ['CallPage', callPage],
  ['MessagePage', messagePage],
] as const)('each change of a %s takes effect', ([name, body]) => {
  const twists = twistsOf(name)
  for (const twist of twists) expect(twisted(body, [twist]), twist.name).not.toEqual(body)
  const kinds = new Set(twists.map(({ kind }) => kind))
  for (const kind of ['missing', 'added', 'unknown', 'null', 'uuid', 'date']) expect(kinds).toContain(kind)
})

describe('a call', () => {
  test.for(table('Call'))('%s', async ([, twist]) => {
    const body = twisted(call, [twist])
    const { diga, drift } = await answering('getCall', 200, body, body, body)
    if (!isReadable(body)) {
      await expect(diga.calls.get(id, once)).rejects.toThrow(DigaResponseError)
      const { place } = await answering('placeCall', 201, body)
      await expect(place()).rejects.toMatchObject({ name: 'DigaResponseError', placed: 'maybe' })
      return
    }
    expect(await diga.calls.get(id, once)).toEqual(body)
    expect(drift()).toEqual(driftOf(twist))
    expect(await diga.calls.wait(body.id)).toEqual(body)
    expect(await all(diga.calls.watch(body.id))).toEqual([body])
    expect(drift()).toEqual(driftOf(twist))
    expect([hasEnded(body), outcomeOf(body)]).toEqual([true, expect.any(String)])
    const placing = await answering('placeCall', 201, body)
    expect(await placing.place()).toEqual(body)
    expect(placing.drift()).toEqual(driftOf(twist))
  })
})

describe('a page of calls', () => {
  test.for(table('CallPage'))('%s', async ([, twist]) => {
    const body = twisted(callPage, [twist])
    // A page that does not say whether more follows is followed by an empty one.
    const last = { ...callPage, data: [] }
    const { diga, drift } = await answering('listCalls', 200, body, body, body, last)
    const found = await diga.calls.find({ idempotencyKey: key, to_number: to, sentAt })
    if (!isPage(body)) {
      expect(found).toMatchObject({ result: 'unknown', reason: 'list_failed' })
      await expect(diga.calls.list({}, once)).rejects.toThrow(DigaResponseError)
      return
    }
    const [listed] = body.data
    const isOurs = listed?.dynamic_variables?.['digame_key'] === key
    // What has no id could be the one that is looked for.
    if (listed && !isReadable(listed))
      expect(found).toMatchObject({ result: 'unknown', reason: 'list_failed' })
    // A call to no number, or to another, is not taken for the one that is looked for.
    else expect(found).toMatchObject(isOurs ? { result: 'found', call: listed } : { result: 'absent' })
    expect(await diga.calls.list({}, once)).toEqual(body)
    expect(await all(diga.calls.list({}, once))).toEqual(body.data)
    expect(drift()).toEqual(driftOf(twist, 'data.0.'))
  })

  test('the clock of the test is far from UTC', () => {
    expect(new Date(now).getTimezoneOffset()).toBe(-540)
  })
})

describe('a page of messages', () => {
  test.for(table('MessagePage'))('%s', async ([, twist]) => {
    const body = twisted(messagePage, [twist])
    const rest = { data: [], has_more: false }
    const { diga } = await answering('listMessages', 200, body, body, rest)
    if (!isPage(body)) {
      await expect(diga.calls.messages(id, {}, once)).rejects.toThrow(DigaResponseError)
      return
    }
    expect(await diga.calls.messages(id, {}, once)).toEqual(body)
    expect(await all(diga.calls.messages(id, {}, once))).toEqual(body.data)
  })
})

describe.each([
  ['ApiError', 400, { status: 'error', error_code: 'SOME_CODE', message: 'Of +34612345678' }],
  ['ApiError', 500, { status: 'error', error_code: 'SOME_CODE', message: 'Of +34612345678' }],
  ['ValidationProblem', 422, { detail: [{ loc: ['body', 7], msg: 'Of +34612345678', type: 'missing' }] }],
] as const)('an error (%s, %i)', (name, status, base) => {
  test.for(table(name))('%s', async ([, twist]) => {
    const body: Partial<{ error_code: string; detail: unknown[] }> = twisted<object>(base, [twist])
    const code = body.error_code || (body.detail?.length ? 'VALIDATION_ERROR' : `HTTP_${status}`)
    const { diga, mock, place } = await answering('placeCall', status, body)
    for (const operation of ['getCall', 'listCalls', 'listMessages', 'streamConcurrency'] as const)
      mock.reply({ operation, code: status, body })
    const placed = status === 500 ? 'maybe' : 'no'
    const errors = await Promise.all([
      place().catch((error) => error),
      diga.calls.get(id, once).catch((error) => error),
      diga.calls.list({}, once).catch((error) => error),
      diga.calls.messages(id, {}, once).catch((error) => error),
    ])
    for (const [index, error] of errors.entries()) {
      expect(error).toBeInstanceOf(DigaApiError)
      expect(error).toMatchObject({ status, code })
      expect(error.placed).toBe(index === 0 ? placed : undefined)
      expect(error.issues).toHaveLength(body.detail?.length ?? 0)
      expect(error.message.length).toBeLessThan(200)
      expect(JSON.stringify(error) + error.message).not.toContain(to)
    }
  })
})

test.for([
  ['a comment and another event before it', ': hello\n\nevent: ping\ndata: {}\n\n'],
  ['what is not JSON before it', 'data: hello\n\n'],
  ['an id and a retry', 'id: 7\nretry: 100\n'],
])('the stream of live calls has %s', async ([, before]) => {
  const body = `${before}data: {"new_thing": [1], "active_calls": 3, "more": null}\r\n\r\n`
  const { diga } = await answering('streamConcurrency', 200, body)
  for await (const active of diga.calls.concurrency()) {
    expect(active).toBe(3)
    break
  }
})

test('any mix of changes passes through, and each drift is told once', async () => {
  const mixOf = (name: string) => fc.subarray([...twistsOf(name)], { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(mixOf('Call'), mixOf('CallPage'), mixOf('MessagePage'), async (one, many, words) => {
      const single = twisted(call, one)
      const page = twisted(callPage, many)
      const spoken = twisted(messagePage, words)
      const { diga, mock, drift } = await answering('getCall', 200, single, single)
      for (const body of [page, page]) mock.reply({ operation: 'listCalls', code: 200, body })
      for (const body of [spoken, spoken]) mock.reply({ operation: 'listMessages', code: 200, body })
      const reads: [PromiseLike<unknown>, unknown, boolean][] = [
        [diga.calls.get(id, once), single, isReadable(single)],
        [diga.calls.get(id, once), single, isReadable(single)],
        [diga.calls.list({}, once), page, isPage(page)],
        [diga.calls.list({}, once), page, isPage(page)],
        [diga.calls.messages(id, {}, once), spoken, isPage(spoken)],
        [diga.calls.messages(id, {}, once), spoken, isPage(spoken)],
      ]
      for (const [read, body, readable] of reads) {
        if (readable) expect(await read).toEqual(body)
        else await expect(read).rejects.toThrow(DigaResponseError)
      }
      const told = drift()
      expect(new Set(told).size).toBe(told.length)
      expect([undefined, 'completed', 'other', 'voicemail']).toContain(outcomeOf(single))
    }),
    { numRuns: 150 },
  )
})
