import { type Call, createMock, type Mock } from '@digame/mock'
import { createTestClock, type TestClock } from '@digame/test-support'
import { beforeEach, describe, expect, it } from 'vitest'
import { direct, get, noon, place } from './http.ts'

interface CallPage {
  readonly data: Call[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
  readonly current_page: number | null
  readonly total_pages: number | null
}

let clock: TestClock
let mock: Mock

beforeEach(async () => {
  clock = createTestClock({ start: noon })
  mock = await createMock({ clock })
})

const ask = (query = '') => get(direct(mock), `/v1/call/${query}`)
const list = async (query = '') => (await (await ask(query)).json()) as CallPage

/** Places calls a second apart; resolves with their ids, oldest first. */
async function placeSome(count: number, fields: Record<string, unknown> = {}) {
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    ids.push((await place(mock, fields)).id)
    await clock.advance(1000)
  }
  return ids
}

const idsOf = ({ data }: CallPage) => data.map(({ id }) => id)

describe('pages', () => {
  it('are empty without calls', async () => {
    expect(await list()).toEqual({
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
      current_page: 1,
      total_pages: 0,
    })
  })

  it('have fifty calls, newest first', async () => {
    const ids = await placeSome(51)
    const page = await list()
    expect(idsOf(page)).toEqual(ids.toReversed().slice(0, 50))
    expect(page).toMatchObject({ has_more: true, first_id: ids[50], last_id: ids[1], total_pages: 2 })
  })

  it('can be numbered', async () => {
    const ids = await placeSome(5)
    const page = await list('?limit=2&page=3&order=asc')
    expect(idsOf(page)).toEqual([ids[4]])
    expect(page).toMatchObject({ has_more: false, current_page: 3, total_pages: 3 })
    expect(idsOf(await list('?page=9'))).toEqual([])
  })

  it.each(['asc', 'desc'])('can follow a cursor, %s', async (order) => {
    const ids = await placeSome(5)
    const expected = order === 'asc' ? ids : ids.toReversed()
    const walked: string[] = []
    for (let query = ''; ; ) {
      const page = await list(`?limit=2&order=${order}${query}`)
      walked.push(...idsOf(page))
      if (!page.has_more) break
      query = `&after=${page.last_id}`
    }
    expect(walked).toEqual(expected)
  })

  it('can precede a cursor', async () => {
    const [a, b, c, d] = await placeSome(5)
    const page = await list(`?limit=2&order=asc&before=${d}`)
    expect(idsOf(page)).toEqual([b, c])
    expect(page).toMatchObject({ has_more: true, current_page: null, total_pages: null })
    expect(await list(`?limit=2&order=asc&before=${c}`)).toMatchObject({
      first_id: a,
      last_id: b,
      has_more: false,
    })
  })

  it('cannot have two cursors', async () => {
    const [a, b] = await placeSome(2)
    const response = await ask(`?after=${a}&before=${b}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error_code: 'INVALID_PAGINATION_PARAMETERS' })
  })

  it('cannot follow a cursor that is not a call', async () => {
    const response = await ask('?after=7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error_code: 'NOT_VALID_FIELD',
      message: expect.stringContaining('7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'),
    })
  })
})

describe('filters', () => {
  it('compare the present status', async () => {
    const [quick] = await placeSome(1, { to_number: '+34500000002' })
    const [slow] = await placeSome(1, { to_number: '+34500000001' })
    await clock.advance(2000)
    expect(idsOf(await list('?status=failed'))).toEqual([quick])
    expect(idsOf(await list('?status=dialing'))).toEqual([slow])
    expect(idsOf(await list('?status=completed'))).toEqual([])
  })

  it('compare the direction', async () => {
    await placeSome(1)
    expect(idsOf(await list('?type=outbound'))).toHaveLength(1)
    expect(idsOf(await list('?type=inbound'))).toHaveLength(0)
  })

  it.each([
    ['agent_id', (call: Call) => call.agent_id],
    ['phone_id', (call: Call) => call.phone_register_id],
    ['contact_id', (call: Call) => call.contact.id],
  ])('compare %s', async (name, read) => {
    const one = await place(mock)
    await place(mock, { from_number: '+34910000002', to_number: '+34687654321' })
    expect(idsOf(await list(`?${name}=${read(one)}`))).toEqual([one.id])
    expect(idsOf(await list(`?${name}=${String(read(one)).toUpperCase()}`))).toEqual([one.id])
  })

  it('compare the date of creation, both ends included', async () => {
    const ids = await placeSome(4)
    const [, second, third] = mock.calls.map(({ created_date }) => created_date)
    const page = await list(`?start_created_date=${second}&end_created_date=${third}`)
    expect(idsOf(page)).toEqual([ids[2], ids[1]])
    const zoned = encodeURIComponent('2026-07-22T14:00:03+02:00')
    expect(idsOf(await list(`?start_created_date=${zoned}`))).toEqual([ids[3]])
  })

  it('cannot have a date that does not exist', async () => {
    const response = await ask('?start_created_date=2026-12-31T23:59:60Z')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error_code: 'NOT_VALID_FIELD',
      message: 'start_created_date is not a date and a time',
    })
  })

  it('apply before pages are cut', async () => {
    await placeSome(3)
    await placeSome(2, { to_number: '+34687654321' })
    const { contact } = mock.calls[0] as Call
    const page = await list(`?contact_id=${contact.id}&limit=2`)
    expect(page).toMatchObject({ has_more: true, total_pages: 2 })
  })
})

describe('listDelay', () => {
  it('keeps a new call out of the list, but not from being read', async () => {
    mock = await createMock({ clock, listDelay: 3000 })
    const { id } = await place(mock)
    expect(idsOf(await list())).toEqual([])
    expect((await get(direct(mock), `/v1/call/${id}`)).status).toBe(200)
    await clock.advance(2999)
    expect(idsOf(await list())).toEqual([])
    await clock.advance(1)
    expect(idsOf(await list())).toEqual([id])
  })
})
