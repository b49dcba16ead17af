/** The example server behind the stock Prism, which judges the server's requests and our mock's responses. */
import { expect, test } from 'vitest'
import { finalState, newerOutcomes, requestOutcomes, startExampleServer } from './example-server.ts'
import { openMock } from './make-mock.ts'
import { startProxy } from './prism.ts'

test('Prism has no objection to what the server sends and the mock responds', async () => {
  const { mock, url } = await openMock({ vocabulary: '2026-07', maxConcurrent: 3 })
  await using prism = await startProxy(url)
  await using server = await startExampleServer(prism.url)
  expect(await requestOutcomes(server)).toEqual(newerOutcomes)
  const codes = [400, 401, 403, 404, 412, 422]
  for (const code of codes) mock.reply({ operation: 'placeCall', code })
  for (const code of codes) expect(await finalState(server, `612 34 5${code}`)).toBe('refused')
  expect(await prism.judgement()).toEqual({ forwarded: mock.counts.requests, objections: [] })
})

test('Prism does not forward a request that the spec forbids', async () => {
  const { mock, url } = await openMock()
  await using prism = await startProxy(url)
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' }
  const body = JSON.stringify({ from_number: '+34910000001', to_number: '612345678' })
  const response = await fetch(`${prism.url}/v1/call/`, { method: 'POST', headers, body })
  expect([response.status, mock.counts.requests]).toEqual([422, 0])
  expect(await response.json()).toMatchObject({ validation: [{ location: ['body', 'to_number'] }] })
  const objections = [expect.stringContaining('#UNPROCESSABLE_ENTITY')]
  expect(await prism.judgement()).toEqual({ forwarded: 0, objections })
})

test('Prism objects to a response that the spec forbids', async () => {
  const { mock, url } = await openMock()
  await using prism = await startProxy(url)
  await using server = await startExampleServer(prism.url)
  expect(await finalState(server, '612 34 56 78')).toBe('completed')
  expect((await prism.judgement()).objections).toEqual([])
  const [call] = mock.calls
  const wrong = [{ status: 'ringing' }, { type: undefined }, { created_date: null }, { id: 7 }]
  for (const change of wrong) {
    const body = { data: [{ ...call, ...change }], has_more: false }
    mock.reply({ operation: 'listCalls', code: 200, body })
  }
  const phones = wrong.map((_, index) => `612 34 57 0${index}`)
  for (const phone of phones) expect(await server.requestCallback(phone)).toEqual([503, 'cannot_check'])
  const { objections } = await prism.judgement()
  expect(objections).toEqual(wrong.map(() => expect.stringContaining('#VIOLATIONS')))
})
