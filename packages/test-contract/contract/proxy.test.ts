/** The example server behind the stock Prism, which judges what it sends, and what our mock answers. */
import { expect, test } from 'vitest'
import { endings, openDesk } from './desk.ts'
import { openMock } from './make-mock.ts'
import { startProxy } from './prism.ts'

test('Prism has nothing against what the desk sends and the mock answers', async () => {
  const { mock, url } = await openMock({ vocabulary: '2026-07', maxConcurrent: 3 })
  await using prism = await startProxy(url)
  await using desk = await openDesk(prism.url)
  const told = await Promise.all(endings.map(async ([phone]) => [phone, (await desk.ask(phone)).at(-1)]))
  expect(told).toEqual(endings)
  const codes = [400, 401, 403, 404, 412, 422]
  for (const code of codes) mock.reply({ operation: 'placeCall', code })
  for (const code of codes) expect((await desk.ask(`612 34 5${code}`)).at(-1)).toBe('refused')
  expect(await prism.judgement()).toEqual({ forwarded: mock.counts.requests, objections: [] })
})

test('Prism hands on no request that the spec does not allow', async () => {
  const { mock, url } = await openMock()
  await using prism = await startProxy(url)
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' }
  const body = JSON.stringify({ from_number: '+34910000001', to_number: '612345678' })
  const answer = await fetch(`${prism.url}/v1/call/`, { method: 'POST', headers, body })
  expect([answer.status, mock.counts.requests]).toEqual([422, 0])
  expect(await answer.json()).toMatchObject({ validation: [{ location: ['body', 'to_number'] }] })
  const objections = [expect.stringContaining('#UNPROCESSABLE_ENTITY')]
  expect(await prism.judgement()).toEqual({ forwarded: 0, objections })
})

test('Prism objects to an answer that the spec does not allow', async () => {
  const { mock, url } = await openMock()
  await using prism = await startProxy(url)
  await using desk = await openDesk(prism.url)
  expect((await desk.ask('612 34 56 78')).at(-1)).toBe('completed')
  expect((await prism.judgement()).objections).toEqual([])
  const [call] = mock.calls
  const wrong = [{ status: 'ringing' }, { type: undefined }, { created_date: null }, { id: 7 }]
  for (const change of wrong) {
    const body = { data: [{ ...call, ...change }], has_more: false }
    mock.reply({ operation: 'listCalls', code: 200, body })
  }
  const phones = wrong.map((_, index) => `612 34 57 0${index}`)
  for (const phone of phones) expect(await desk.ask(phone)).toEqual([503, 'cannot_check'])
  const { objections } = await prism.judgement()
  expect(objections).toEqual(wrong.map(() => expect.stringContaining('#VIOLATIONS')))
})
