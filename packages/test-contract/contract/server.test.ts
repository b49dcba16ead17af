import { describe, expect, test } from 'vitest'
import {
  finalState,
  from,
  newerOutcomes,
  outcomes,
  requestOutcomes,
  startExampleServer,
} from './example-server.ts'
import { openMock, operationsSeen } from './make-mock.ts'

describe.each(['seed', '2026-07'] as const)('a callback (%s)', (vocabulary) => {
  test('is followed to its end, for every outcome', async () => {
    const { mock, url } = await openMock({ vocabulary })
    await using server = await startExampleServer(url)
    expect(await requestOutcomes(server)).toEqual(vocabulary === 'seed' ? outcomes : newerOutcomes)
    expect(mock.calls).toHaveLength(outcomes.length)
    expect(operationsSeen(mock)).toEqual(['listCalls', 'placeCall', 'getCall'])
  })
})

test('each way of losing a response is survived, and doubt is shown as unknown', async () => {
  const { mock, url } = await openMock()
  await using server = await startExampleServer(url)
  const numbers = ['500 000 010', '500 000 013', '500 000 014', '500 000 015', '500 000 016']
  const states = await Promise.all(numbers.map((phone) => finalState(server, phone)))
  expect(states).toEqual(['completed', 'completed', 'completed', 'unknown', 'unknown'])
  expect(mock.calls).toHaveLength(3)
})

test('a create carries the number, the name and the key, and nothing else', async () => {
  const { mock, url } = await openMock()
  await using server = await startExampleServer(url)
  await server.requestCallback('612 34 56 78')
  expect(mock.journal[0]?.query).toEqual({ type: 'outbound', limit: '50' })
  expect(mock.journal[1]?.body).toEqual({
    from_number: from,
    to_number: '+34612345678',
    dynamic_variables: { name: 'Ana', digame_key: expect.any(String) },
  })
})

/** A number for each item that no callback has been requested to. */
const numbersFor = (items: readonly unknown[]): string[] => items.map((_, index) => `612 34 56 0${index}`)

test('a call that the service refuses is not sent again', async () => {
  const { mock, url } = await openMock()
  await using server = await startExampleServer(url)
  const codes = [400, 401, 403, 404, 412, 422]
  for (const code of codes) mock.reply({ operation: 'placeCall', code })
  for (const phone of numbersFor(codes))
    expect(await server.requestCallback(phone)).toEqual(['sending', 'refused'])
  expect(mock.counts).toMatchObject({ posts: codes.length, placed: 0 })
})

test('nobody is called while the list of calls cannot be read', async () => {
  const { mock, url } = await openMock()
  await using server = await startExampleServer(url)
  const codes = [400, 401, 403, 422, 500]
  for (const code of codes) mock.reply({ operation: 'listCalls', code })
  for (const phone of numbersFor(codes))
    expect(await server.requestCallback(phone)).toEqual([503, 'cannot_check'])
  expect(mock.counts).toMatchObject({ requests: codes.length, posts: 0 })
})

test('a call that can no longer be read is out of sight', async () => {
  const { mock, url } = await openMock()
  await using server = await startExampleServer(url)
  const codes = [401, 403, 404, 422]
  for (const code of codes) mock.reply({ operation: 'getCall', code })
  for (const phone of numbersFor(codes)) expect(await finalState(server, phone)).toBe('out_of_sight')
  expect(operationsSeen(mock)).toEqual(['listCalls', 'placeCall', 'getCall'])
})

test('a number with a call under way is not called again', async () => {
  const { mock, url } = await openMock({ speed: 1 })
  await fetch(`${url}/v1/call/`, {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ from_number: from, to_number: '+34612345678' }),
  })
  await using server = await startExampleServer(url)
  expect(await server.requestCallback('612 34 56 78')).toEqual([409, 'number_busy'])
  expect(mock.counts.posts).toBe(1)
})
