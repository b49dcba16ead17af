import { describe, expect, test } from 'vitest'
import { endings, from, openDesk } from './desk.ts'
import { openMock, operationsSeen } from './make-mock.ts'

describe.each(['seed', '2026-07'] as const)('a callback (%s)', (vocabulary) => {
  test('is followed to its end, whoever is called', async () => {
    const { mock, url } = await openMock({ vocabulary })
    await using desk = await openDesk(url)
    const told = await Promise.all(endings.map(async ([phone]) => [phone, (await desk.ask(phone)).at(-1)]))
    expect(told).toEqual(endings)
    expect(mock.calls).toHaveLength(endings.length)
    expect(operationsSeen(mock)).toEqual(['listCalls', 'placeCall', 'getCall'])
  })
})

test('each way of losing an answer is survived, and doubt is said', async () => {
  const { mock, url } = await openMock()
  await using desk = await openDesk(url)
  const numbers = ['500 000 010', '500 000 013', '500 000 014', '500 000 015', '500 000 016']
  const told = await Promise.all(numbers.map(async (phone) => (await desk.ask(phone)).at(-1)))
  expect(told).toEqual(['completed', 'completed', 'completed', 'unknown', 'unknown'])
  expect(mock.calls).toHaveLength(3)
})

test('the number, the name and the key go out, and nothing else', async () => {
  const { mock, url } = await openMock()
  await using desk = await openDesk(url)
  await desk.ask('612 34 56 78')
  expect(mock.journal[0]?.query).toEqual({ type: 'outbound', limit: '50' })
  expect(mock.journal[1]?.body).toEqual({
    from_number: from,
    to_number: '+34612345678',
    dynamic_variables: { name: 'Ana', digame_key: expect.any(String) },
  })
})

/** Numbers of which the desk knows nothing yet. */
const numbers = (many: readonly unknown[]): string[] => many.map((_, index) => `612 34 56 0${index}`)

test('a call that is refused is not asked for again', async () => {
  const { mock, url } = await openMock()
  await using desk = await openDesk(url)
  const codes = [400, 401, 403, 404, 412, 422]
  for (const code of codes) mock.reply({ operation: 'placeCall', code })
  for (const phone of numbers(codes)) expect(await desk.ask(phone)).toEqual(['sending', 'refused'])
  expect(mock.counts).toMatchObject({ posts: codes.length, placed: 0 })
})

test('without a look at the calls nobody is called', async () => {
  const { mock, url } = await openMock()
  await using desk = await openDesk(url)
  const codes = [400, 401, 403, 422, 500]
  for (const code of codes) mock.reply({ operation: 'listCalls', code })
  for (const phone of numbers(codes)) expect(await desk.ask(phone)).toEqual([503, 'cannot_check'])
  expect(mock.counts).toMatchObject({ requests: codes.length, posts: 0 })
})

test('a call that can no longer be read is out of sight', async () => {
  const { mock, url } = await openMock()
  await using desk = await openDesk(url)
  const codes = [401, 403, 404, 422]
  for (const code of codes) mock.reply({ operation: 'getCall', code })
  for (const phone of numbers(codes)) expect((await desk.ask(phone)).at(-1)).toBe('out_of_sight')
  expect(operationsSeen(mock)).toEqual(['listCalls', 'placeCall', 'getCall'])
})

test('a number with a call under way is not called again', async () => {
  const { mock, url } = await openMock({ speed: 1 })
  await fetch(`${url}/v1/call/`, {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ from_number: from, to_number: '+34612345678' }),
  })
  await using desk = await openDesk(url)
  expect(await desk.ask('612 34 56 78')).toEqual([409, 'number_busy'])
  expect(mock.counts.posts).toBe(1)
})
