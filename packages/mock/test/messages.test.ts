import { createMock, type Message, type Mock } from '@digame/mock'
import { createTestClock, type TestClock } from '@digame/test-support'
import { beforeEach, expect, it } from 'vitest'
import { direct, get, noon, place, read } from './http.ts'

let clock: TestClock
let mock: Mock

beforeEach(async () => {
  clock = createTestClock({ start: noon })
  mock = await createMock({ clock })
})

const ask = (id: string, query = '') => get(direct(mock), `/v1/call/${id}/message${query}`)
const messages = async (id: string, query = '') => {
  const page = (await (await ask(id, query)).json()) as { data?: Message[]; has_more: boolean }
  return page.data ?? []
}

it('messages are missing until something has been said', async () => {
  const { id } = await place(mock)
  const response = await ask(id)
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error_code: 'NO_MESSAGES_FOR_CALL' })
})

it('messages are missing for an unknown call', async () => {
  const response = await ask('7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01')
  expect(await response.json()).toMatchObject({ error_code: 'NO_MESSAGES_FOR_CALL' })
})

it('messages are added during the call, and stay', async () => {
  const { id } = await place(mock)
  const sizes = new Set<number>()
  let before: Message[] = []
  for (let second = 0; second < 80; second++) {
    const now = await messages(id, '?order=asc')
    expect(now.slice(0, before.length)).toEqual(before)
    sizes.add(now.length)
    before = now
    await clock.advance(1000)
  }
  expect([...sizes]).toEqual([...Array(sizes.size).keys()])
  expect(sizes.size).toBeGreaterThan(5)
  const { start_time, end_time } = await read(mock, id)
  for (const { created_date } of before) {
    expect(created_date > (start_time ?? '') && created_date < (end_time ?? '')).toBe(true)
  }
})

it('messages come newest first, in pages like those of calls', async () => {
  const { id } = await place(mock)
  await clock.advance(80_000)
  const all = await messages(id)
  expect(all.map(({ created_date }) => created_date)).toEqual(
    all
      .map(({ created_date }) => created_date)
      .sort()
      .reverse(),
  )
  expect(await messages(id, '?limit=2&page=2')).toEqual(all.slice(2, 4))
  expect(await messages(id, `?after=${all[1]?.id}&limit=1`)).toEqual(all.slice(2, 3))
})

it.each([
  ['+34500000003', 'transfer'],
  ['+34500000004', 'detect_answering_machine'],
])('messages of a call to %s include the tool %s', async (to_number, tool_name) => {
  const { id } = await place(mock, { to_number })
  await clock.advance(120_000)
  const tools = (await messages(id)).flatMap(({ tool_call }) => tool_call?.tool_name ?? [])
  expect(tools).toContain(tool_name)
})
