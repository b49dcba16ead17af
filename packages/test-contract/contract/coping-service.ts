/** A service in place of fetch, whose responses may be changed, and a client of it that never waits. */
import { type Call, Diga, type DigaEvent, type DigaOptions } from '@digame/client'
import type { Change, Draft, Loose } from './coping-changes.ts'
import { cases } from './operations.ts'

export const key = 'the-key'
const to = '+34612345678'
export const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a04'
/** Reading backwards begins before this id. */
export const end = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
const otherId = '0b8a3a52-3d5f-4a53-9c58-0e6f7b1d2c03'
/** When it is: just after the calls were placed. */
const now = Date.parse('2026-07-22T10:00:06Z')
const sentAt = new Date('2026-07-22T10:00:00Z')
export const request: { readonly from_number: string; readonly to_number: string } = {
  from_number: '+34910000001',
  to_number: to,
}

const example = (operation: string, name: string): Loose =>
  structuredClone(cases.find((one) => one.operation === operation && one.example === name)?.value)

/** A call with every field, so that every field can change. */
export const call: Loose = {
  ...example('getCall', 'voicemail_left'),
  id,
  created_date: '2026-07-22T10:00:03Z',
  dynamic_variables: { customer_name: 'Ana', digame_key: key },
}
/** A newer call of another intention. */
const otherCall: Loose = {
  ...call,
  id: otherId,
  created_date: '2026-07-22T10:00:05Z',
  dynamic_variables: { digame_key: 'another-key' },
}
const page = (item: Loose, has_more: boolean): Loose => ({
  ...{ data: [item], has_more, first_id: item.id, last_id: item.id, current_page: 1, total_pages: 2 },
})
const [said, replied, used] = example('listMessages', 'conversation').data

/** The pages of a list, each with one item. */
export const pages: Readonly<Record<string, readonly [Loose, Loose]>> = {
  listCalls: [page(otherCall, true), page(call, false)],
  listMessages: [page({ ...said, tool_call: used.tool_call }, true), page(replied, false)],
}

/** A request, as the service sees it. */
export interface Seen {
  readonly operation: Change['operation']
  readonly method: string
  readonly url: URL
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly redirect: string
  readonly body: Loose
}

function operationOf(method: string, { pathname }: URL): Change['operation'] {
  if (pathname.endsWith('/message')) return 'listMessages'
  if (pathname.endsWith('/stream')) return 'streamConcurrency'
  if (pathname !== '/v1/call/') return 'getCall'
  return method === 'POST' ? 'placeCall' : 'listCalls'
}

const draft = (body: Loose, status = 200, type = 'application/json'): Draft => ({ status, type, body })

export interface World {
  readonly diga: Diga
  /** Everything that was sent. */
  readonly seen: readonly Seen[]
  readonly events: readonly DigaEvent[]
  /** A response body of an operation, or a page of it, as it is served. */
  served(operation: Change['operation'], page?: 0 | 1): Loose
  place(options?: object): Promise<Call>
  find: () => ReturnType<Diga['calls']['find']>
}

/** A client of a service whose responses are changed, or which refuses some requests as not valid. */
export function openWorld(
  change?: Change,
  options: DigaOptions = {},
  isRefused: (query: URLSearchParams) => boolean = () => false,
): World {
  const seen: Seen[] = []
  const events: DigaEvent[] = []

  const changed = (operation: Change['operation'], response: Draft): Draft =>
    change?.operation === operation ? change.apply(response) : response

  /** The response before it is changed. */
  function plain(operation: Change['operation'], index: 0 | 1 = 0): Draft {
    if (change?.operation === operation && change.status >= 300)
      return draft({ status: 'error', error_code: 'SOME_CODE', message: 'No' }, change.status)
    if (operation === 'placeCall') {
      // The variables come back, and with them the key.
      const variables = seen.findLast((one) => one.operation === operation)?.body.dynamic_variables
      const fresh = { status: 'dialing', end_time: null, end_reason: null }
      return draft({ ...call, ...fresh, dynamic_variables: variables ?? call.dynamic_variables }, 201)
    }
    if (operation === 'getCall') return draft(call)
    if (operation === 'streamConcurrency')
      return draft('data: {"active_calls": 3}\n\n', 200, 'text/event-stream')
    return draft(pages[operation]?.[index])
  }

  function respond({ operation, query }: Seen): Draft {
    if (isRefused(query)) return draft({ detail: [] }, 422)
    const [first] = pages[operation] ?? []
    if (!first) return changed(operation, plain(operation))
    const [name, field, place] = query.has('before')
      ? (['before', 'first_id', 0] as const)
      : (['after', 'last_id', -1] as const)
    const cursor = query.get(name)
    if (cursor === null || cursor === end) return changed(operation, plain(operation, 0))
    const { body } = changed(operation, plain(operation, 0))
    const leads = String(body?.[field] ?? body?.data?.at?.(place)?.id ?? '')
    if (cursor === leads) return changed(operation, plain(operation, 1))
    return changed(operation, draft({ ...plain(operation, 1).body, data: [] }))
  }

  const diga = new Diga({
    apiKey: 'sk-key',
    baseUrl: 'http://service',
    // A look-up ends with its first listing.
    settleMs: 0,
    random: () => 0,
    clock: {
      now: () => now,
      elapsed: () => now,
      // Pauses are over at once, and no deadline comes.
      after(ms, run) {
        if (ms === 0) setImmediate(run)
        return () => {}
      },
    },
    onEvent: (event) => void events.push(event),
    async fetch(target, { method, headers, redirect, body: sent }) {
      const url = new URL(target)
      const operation = operationOf(method, url)
      const one = { operation, method, url, query: url.searchParams, headers, redirect }
      seen.push({ ...one, body: sent === undefined ? undefined : JSON.parse(sent) })
      const { status, type, body } = respond(seen.at(-1) as Seen)
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      return new Response(text ?? null, {
        status,
        headers: { date: new Date(now).toUTCString(), ...(type && { 'content-type': type }) },
      })
    },
    ...options,
  })
  return {
    ...{ diga, seen, events },
    served: (operation, index) => changed(operation, plain(operation, index)).body,
    place: (more = {}) => diga.calls.create(request, { maxRetries: 0, idempotencyKey: key, ...more }),
    find: () => diga.calls.find({ idempotencyKey: key, to_number: to, sentAt }),
  }
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** What a promise rejects with; `undefined` if it resolves. */
export const failureOf = (promise: PromiseLike<unknown>): Promise<Loose> =>
  Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  )

/** The first number of live calls; `undefined` if there is none in two connections. */
export async function firstActive({ diga, seen }: World): Promise<number | undefined> {
  const controller = new AbortController()
  const first = diga.calls.concurrency({ signal: controller.signal })[Symbol.asyncIterator]().next()
  const ended = first.then(
    ({ value }) => ({ value }),
    (error: unknown) => ({ error }),
  )
  let result: { value?: number | undefined; error?: unknown } | undefined
  while (!result && seen.length < 3)
    result = await Promise.race([
      ended,
      new Promise<undefined>((done) => setImmediate(() => done(undefined))),
    ])
  controller.abort()
  result ??= await ended
  const error = result.error as { code?: unknown } | undefined
  if (error && error.code !== 'ABORTED') throw error
  return result.value
}
