import { type Call, DigaInvalidCallError, type ListQuery } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { failureOf, json, type Seen, setup } from './support/client.ts'
import { callOf, uuid } from './support/service.ts'

/** Reads at most this many items, so that a test of an endless list ends. */
async function all<Item>(items: AsyncIterable<Item>, most = 10_000): Promise<Item[]> {
  const taken: Item[] = []
  for await (const item of items) {
    taken.push(item)
    if (taken.length >= most) break
  }
  return taken
}

const some = (count: number): Call[] => Array.from({ length: count }, () => callOf())

/** Serves calls by cursor, as the service does. */
function listOf(calls: readonly Call[], pageSize = 50) {
  return ({ query }: Seen) => {
    const after = query.get('after')
    const before = query.get('before')
    const size = Math.min(Number(query.get('limit') ?? pageSize), pageSize)
    const at = (id: string) => calls.findIndex((call) => call.id === id)
    let begin = (Number(query.get('page') ?? 1) - 1) * size
    if (after !== null) begin = at(after) + 1
    if (before !== null) begin = Math.max(0, at(before) - size)
    const end = before === null ? begin + size : at(before)
    const data = calls.slice(begin, end)
    return json(200, {
      data,
      has_more: before === null ? end < calls.length : begin > 0,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      current_page: 1,
      total_pages: null,
    })
  }
}

describe('a list', () => {
  test('is one page when awaited', async () => {
    const calls = some(120)
    const { diga, requests } = setup(listOf(calls))
    const page = await diga.calls.list()
    expect(page.data).toEqual(calls.slice(0, 50))
    expect(page).toMatchObject({ has_more: true, last_id: calls[49]?.id, current_page: 1, total_pages: null })
    expect(requests).toHaveLength(1)
    expect(requests[0]?.query.size).toBe(0)
  })

  test('is every call when iterated, page by page', async () => {
    const calls = some(120)
    const { diga, requests } = setup(listOf(calls))
    expect(await all(diga.calls.list({ limit: 50, type: 'outbound' }))).toEqual(calls)
    expect(requests.map(({ query }) => Object.fromEntries(query))).toEqual([
      { limit: '50', type: 'outbound' },
      { limit: '50', type: 'outbound', after: calls[49]?.id },
      { limit: '50', type: 'outbound', after: calls[99]?.id },
    ])
  })

  test('reads no further than you iterate', async () => {
    const { diga, requests } = setup(listOf(some(120)))
    expect(await all(diga.calls.list(), 50)).toHaveLength(50)
    expect(requests).toHaveLength(1)
  })

  test('reads its first page once, however it is used', async () => {
    const calls = some(3)
    const { diga, requests } = setup(listOf(calls))
    const list = diga.calls.list()
    expect((await list).data).toEqual(calls)
    expect((await list).data).toEqual(calls)
    expect(await all(list)).toEqual(calls)
    expect(requests).toHaveLength(1)
  })

  test('sends nothing before it is used', async () => {
    const { diga, clock, requests } = setup(listOf([]))
    diga.calls.list()
    diga.calls.messages(uuid())
    await clock.flush()
    expect(requests).toEqual([])
  })

  test('is a promise in every way', async () => {
    const { diga } = setup(() => json(401, {}))
    const list = diga.calls.list()
    expect(await list.catch(() => 'caught')).toBe('caught')
    let finished = false
    await failureOf(
      list.finally(() => {
        finished = true
      }),
    )
    expect(finished).toBe(true)
    expect(Object.prototype.toString.call(list)).toBe('[object Pages]')
  })

  test('begins at the given cursor', async () => {
    const calls = some(120)
    const { diga, requests } = setup(listOf(calls))
    expect(await all(diga.calls.list({ page: 2 }))).toEqual(calls.slice(50))
    expect(await all(diga.calls.list({ after: calls[99]?.id as string }))).toEqual(calls.slice(100))
    expect(requests.map(({ query }) => Object.fromEntries(query))).toEqual([
      { page: '2' },
      { after: calls[99]?.id },
      { after: calls[99]?.id },
    ])
  })

  test('goes towards the other end with `before`', async () => {
    const calls = some(120)
    const { diga, requests } = setup(listOf(calls))
    const given = await all(diga.calls.list({ before: calls[119]?.id as string }))
    expect(new Set(given.map(({ id }) => id))).toEqual(new Set(calls.slice(0, 119).map(({ id }) => id)))
    expect(requests.map(({ query }) => query.get('before'))).toEqual([119, 69, 19].map((at) => calls[at]?.id))
    for (const { query } of requests) expect(query.has('after')).toBe(false)
  })

  test('sends dates as text', async () => {
    const { diga, requests } = setup(listOf([]))
    const query = { start_created_date: new Date(0) } as unknown as ListQuery
    await diga.calls.list(query)
    expect(requests[0]?.query.get('start_created_date')).toBe('1970-01-01T00:00:00.000Z')
  })

  test('leaves out undefined filters', async () => {
    const { diga, requests } = setup(listOf([]))
    await diga.calls.list({ status: undefined, order: 'asc' } as unknown as ListQuery)
    expect(Object.fromEntries(requests[0]?.query ?? [])).toEqual({ order: 'asc' })
  })

  test('takes `after` or `before`, not both', async () => {
    const { diga, requests } = setup(listOf([]))
    const both = { after: uuid(), before: uuid() }
    for (const list of [() => diga.calls.list(both), () => diga.calls.messages(uuid(), both)]) {
      expect(await failureOf((async () => list())())).toMatchObject({ code: 'INVALID_PAGINATION_PARAMETERS' })
    }
    expect(requests).toEqual([])
  })

  test('refuses a query that cannot be sent', async () => {
    const { diga, requests } = setup(listOf([]))
    const query = { status: { in: [{ deep: 1 }] } } as unknown as ListQuery
    expect(await failureOf(diga.calls.list(query))).toMatchObject({ code: 'VALIDATION_ERROR' })
    expect(requests).toEqual([])
  })

  test('refuses a Date that is not valid', () => {
    const { diga } = setup(listOf([]))
    const list = () => diga.calls.list({ start_created_date: new Date('tomorrow') })
    expect(list).toThrow(DigaInvalidCallError)
    expect(list).toThrow('start_created_date must be a valid Date.')
  })

  test('fails where a page fails', async () => {
    const list = listOf(some(120))
    const { diga } = setup((request) => (request.query.has('after') ? json(404, {}) : list(request)))
    const given: Call[] = []
    const error = await failureOf(
      (async () => {
        for await (const call of diga.calls.list()) given.push(call)
      })(),
    )
    expect(error).toMatchObject({ status: 404 })
    expect(given).toHaveLength(50)
  })

  test('fails where a page contains anything but objects', async () => {
    for (const data of [[null], ['x'], [[]]]) {
      const { diga } = setup(() => json(200, { data, has_more: false }))
      expect(await failureOf(diga.calls.list())).toMatchObject({ code: 'UNREADABLE_BODY' })
      expect(await failureOf(all(diga.calls.messages(uuid())))).toMatchObject({ code: 'UNREADABLE_BODY' })
    }
  })
})

describe('a list that does not behave', () => {
  test('yields each call once, when new ones shift its pages', async () => {
    const calls = some(6)
    const pages: Record<string, Call[]> = { first: [0, 1, 2].map((at) => calls[at] as Call) }
    pages[calls[2]?.id ?? ''] = [1, 2, 3].map((at) => calls[at] as Call)
    pages[calls[3]?.id ?? ''] = [4, 5].map((at) => calls[at] as Call)
    const { diga } = setup(({ query }) => {
      const data = pages[query.get('after') ?? 'first'] ?? []
      return json(200, { data, has_more: data.length === 3, last_id: data.at(-1)?.id })
    })
    expect(await all(diga.calls.list())).toEqual(calls)
  })

  test.each([undefined, null])('gives every call whose id is %s', async (id) => {
    const data = some(3).map((call) => ({ ...call, id }))
    const { diga } = setup(() => json(200, { data, has_more: false }))
    expect(await all(diga.calls.list())).toEqual(JSON.parse(JSON.stringify(data)))
  })

  test('ends where a page is repeated', async () => {
    const data = some(2)
    const { diga, requests } = setup(() => json(200, { data, has_more: true, last_id: data[1]?.id }))
    expect(await all(diga.calls.list())).toEqual(data)
    expect(requests).toHaveLength(4)
  })

  test('ends where a page is empty but promises more', async () => {
    const { diga, requests } = setup(() => json(200, { data: [], has_more: true, last_id: uuid() }))
    expect(await all(diga.calls.list())).toEqual([])
    expect(requests).toHaveLength(3)
  })

  test.each(['twice', 'empty'])('goes on where one page comes %s', async (how) => {
    const calls = some(120)
    const list = listOf(calls)
    let pages = 0
    let last: Response | undefined
    const { diga } = setup((request) => {
      pages++
      if (pages !== 2) {
        last = list(request)
        return last.clone()
      }
      return how === 'twice' ? (last as Response) : json(200, { data: [], has_more: true, last_id: null })
    })
    expect(await all(diga.calls.list())).toEqual(calls)
  })

  test('yields items without an id', async () => {
    const data = [callOf(), { status: 'dialing' }, { id: 7 }, { id: null }, callOf()]
    const { diga } = setup(() => json(200, { data, has_more: false }))
    expect(await all(diga.calls.list())).toEqual(data)
  })

  test('ends where its pages go round in a circle longer than memory', async () => {
    const circle = Array.from({ length: 7 }, () => some(1000))
    const { diga, requests } = setup(({ query }) => {
      const at = circle.findIndex((page) => page.at(-1)?.id === query.get('after')) + 1
      const data = circle[at % circle.length] ?? []
      return json(200, { data, has_more: true, last_id: data.at(-1)?.id })
    })
    const given = await all(diga.calls.list({ limit: 1000 }), 100_000)
    expect(new Set(given.map(({ id }) => id)).size).toBe(7000)
    expect(requests.length).toBeLessThan(4 * circle.length)
  })

  test('goes on until a page is empty where pages do not say whether more follows', async () => {
    const calls = some(120)
    const list = listOf(calls)
    const { diga } = setup(async (request) => {
      const { has_more, ...rest } = (await list(request).json()) as { data: Call[]; has_more: boolean }
      return json(200, rest)
    })
    expect(await all(diga.calls.list())).toEqual(calls)
  })

  test('takes the last item as the cursor if a page has none', async () => {
    const calls = some(120)
    const list = listOf(calls)
    const { diga } = setup(async (request) => {
      const { data, has_more } = (await list(request).json()) as { data: Call[]; has_more: boolean }
      return json(200, { data, has_more, last_id: null })
    })
    expect(await all(diga.calls.list())).toEqual(calls)
  })

  test('may have more calls than memory: only the latest thousands are recognised', async () => {
    const first = callOf()
    const { diga, requests } = setup(() => {
      const data = [first, ...some(1000)]
      return json(200, { data, has_more: true, last_id: data.at(-1)?.id })
    })
    const given = await all(diga.calls.list({ limit: 1000 }), 12_000)
    expect(requests).toHaveLength(12)
    const times = given.filter(({ id }) => id === first.id).length
    expect(times).toBeGreaterThan(1)
    expect(times).toBeLessThan(5)
  })
})

describe('messages', () => {
  const message = (content: string) => ({
    id: uuid(),
    created_date: '2026-07-01T10:00:00Z',
    role: 'user',
    content,
    tool_call: null,
  })

  test('are paged as calls are', async () => {
    const id = uuid()
    const said = ['¿Dígame?', 'Hola', 'Adiós'].map(message)
    const { diga, requests } = setup(({ query }) => {
      const begin = said.findIndex(({ id }) => id === query.get('after')) + 1
      const data = said.slice(begin, begin + 2)
      return json(200, { data, has_more: begin + 2 < said.length, last_id: data.at(-1)?.id })
    })
    expect((await diga.calls.messages(id)).data).toEqual(said.slice(0, 2))
    expect(await all(diga.calls.messages(id, { limit: 2, order: 'asc' }))).toEqual(said)
    expect(requests.map(({ path }) => path)).toEqual(Array(3).fill(`/v1/call/${id}/message`))
    expect(requests[2]?.query.get('after')).toBe(said[1]?.id)
  })

  test('do not exist before anything was said', async () => {
    const { diga } = setup(() => json(404, { error_code: 'NO_MESSAGES_FOR_CALL', message: 'None' }))
    expect(await failureOf(diga.calls.messages(uuid()))).toMatchObject({
      status: 404,
      code: 'NO_MESSAGES_FOR_CALL',
    })
  })
})
