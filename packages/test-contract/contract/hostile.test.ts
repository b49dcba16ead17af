/** Responses that differ from the examples, within the spec and beyond it: the client passes on everything that it can read. */
import {
  type Call,
  Diga,
  DigaApiError,
  type DigaEvent,
  DigaResponseError,
  hasEnded,
  outcomeOf,
} from '@digame/client'
import { isRecord } from '@digame/internal'
import type { OperationId } from '@digame/mock'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeMock } from './make-mock.ts'
import { cases, to } from './operations.ts'
import { type Twist, twisted, twistsOf } from './shapes.ts'

/** The time, for the client and the service. The call was placed long enough ago that its look-up ends at once. */
const now = Date.parse('2026-07-22T10:20:00Z')
const sentAt = new Date('2026-07-22T10:00:00Z')
const key = 'the-key'
const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a04'
const once = { maxRetries: 0 }

// Far from UTC, so that a date without a zone is hours off if it is read as local time.
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

/** Has every field, so that each can be missing. */
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
const { data: messages, ...restOfPage } = example<{ data: { tool_call: object | null }[] }>(
  'listMessages',
  'conversation',
)
const messagePage = {
  ...restOfPage,
  has_more: true,
  data: [{ ...messages[0], tool_call: { ...messages[2]?.tool_call, tool_name: 'transfer' } }],
}

/** A client of a mock that sends these bodies, one after another; `drift` lists the drift that the client reports. */
async function connectTo(operation: OperationId, code: number, ...bodies: readonly unknown[]) {
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
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

const request = { from_number: '+34910000001', to_number: to }

/** The drift that the client reports for a change of a call at this path. */
function driftOf({ kind, path }: Twist, prefix = ''): string[] {
  const name = path.slice(prefix.length)
  if (!path.startsWith(prefix) || name.includes('.')) return []
  if (kind === 'added') return [`unknown_field ${name}`]
  if (kind === 'unknown' && (name === 'status' || name === 'end_reason'))
    return [`unknown_${name} something_new`]
  return kind === 'required' && name !== 'id' ? [`missing_field ${name}`] : []
}

const isReadable = (body: unknown): boolean => isRecord(body) && typeof body['id'] === 'string'
const isPage = ({ data }: { data?: unknown }): boolean => Array.isArray(data) && data.every(isRecord)

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
    const { diga, drift } = await connectTo('getCall', 200, body, body, body)
    if (!isReadable(body)) {
      await expect(diga.calls.get(id, once)).rejects.toThrow(DigaResponseError)
      const { place } = await connectTo('placeCall', 201, body)
      await expect(place()).rejects.toMatchObject({ name: 'DigaResponseError', placed: 'maybe' })
      return
    }
    expect(await diga.calls.get(id, once)).toEqual(body)
    expect(drift()).toEqual(driftOf(twist))
    expect(await diga.calls.wait(body.id)).toEqual(body)
    expect(await all(diga.calls.watch(body.id))).toEqual([body])
    expect(drift()).toEqual(driftOf(twist))
    expect([hasEnded(body), outcomeOf(body)]).toEqual([true, expect.any(String)])
    const placing = await connectTo('placeCall', 201, body)
    expect(await placing.place()).toEqual(body)
    expect(placing.drift()).toEqual(driftOf(twist))
  })
})

describe('a page of calls', () => {
  test.for(table('CallPage'))('%s', async ([, twist]) => {
    const body = twisted(callPage, [twist])
    // The client reads on after a page that does not say whether more follow; the next one is empty.
    const last = { ...callPage, data: [] }
    const { diga, drift } = await connectTo('listCalls', 200, body, body, body, last)
    const found = await diga.calls.find({ idempotencyKey: key, to_number: to, sentAt })
    if (!isPage(body)) {
      expect(found).toMatchObject({ result: 'unknown', reason: 'list_failed' })
      await expect(diga.calls.list({}, once)).rejects.toThrow(DigaResponseError)
      return
    }
    const [listed] = body.data
    const isOurs = listed?.dynamic_variables?.['digame_key'] === key
    // A call without an id could be the one in doubt.
    if (listed && !isReadable(listed))
      expect(found).toMatchObject({ result: 'unknown', reason: 'list_failed' })
    // A call to no number, or to another number, is not taken for the one in doubt.
    else expect(found).toMatchObject(isOurs ? { result: 'found', call: listed } : { result: 'absent' })
    expect(await diga.calls.list({}, once)).toEqual(body)
    expect(await all(diga.calls.list({}, once))).toEqual(body.data)
    expect(drift()).toEqual(driftOf(twist, 'data.0.'))
  })

  test('the time zone of the tests is far from UTC', () => {
    expect(new Date(now).getTimezoneOffset()).toBe(-540)
  })
})

describe('a page of messages', () => {
  test.for(table('MessagePage'))('%s', async ([, twist]) => {
    const body = twisted(messagePage, [twist])
    const rest = { data: [], has_more: false }
    const { diga } = await connectTo('listMessages', 200, body, body, rest)
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
    const { diga, mock, place } = await connectTo('placeCall', status, body)
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
  ['data that is not JSON before it', 'data: hello\n\n'],
  ['an id and a retry', 'id: 7\nretry: 100\n'],
])('the stream of live calls is read with %s', async ([, before]) => {
  const body = `${before}data: {"new_thing": [1], "active_calls": 3, "more": null}\r\n\r\n`
  const { diga } = await connectTo('streamConcurrency', 200, body)
  for await (const active of diga.calls.concurrency()) {
    expect(active).toBe(3)
    break
  }
})

test('any mix of changes passes through, and each drift is reported once', async () => {
  const mixOf = (name: string) => fc.subarray([...twistsOf(name)], { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      mixOf('Call'),
      mixOf('CallPage'),
      mixOf('MessagePage'),
      async (callTwists, pageTwists, messageTwists) => {
        const single = twisted(call, callTwists)
        const page = twisted(callPage, pageTwists)
        const messagesPage = twisted(messagePage, messageTwists)
        const { diga, mock, drift } = await connectTo('getCall', 200, single, single)
        for (const body of [page, page]) mock.reply({ operation: 'listCalls', code: 200, body })
        for (const body of [messagesPage, messagesPage])
          mock.reply({ operation: 'listMessages', code: 200, body })
        const reads: [PromiseLike<unknown>, unknown, boolean][] = [
          [diga.calls.get(id, once), single, isReadable(single)],
          [diga.calls.get(id, once), single, isReadable(single)],
          [diga.calls.list({}, once), page, isPage(page)],
          [diga.calls.list({}, once), page, isPage(page)],
          [diga.calls.messages(id, {}, once), messagesPage, isPage(messagesPage)],
          [diga.calls.messages(id, {}, once), messagesPage, isPage(messagesPage)],
        ]
        for (const [read, body, readable] of reads) {
          if (readable) expect(await read).toEqual(body)
          else await expect(read).rejects.toThrow(DigaResponseError)
        }
        const reported = drift()
        expect(new Set(reported).size).toBe(reported.length)
        const unanswered = single.start_time || single.duration ? [] : ['no_answer']
        expect([undefined, 'completed', 'other', 'voicemail', ...unanswered]).toContain(outcomeOf(single))
      },
    ),
    { numRuns: 150 },
  )
})
