/** What the command line sends, as a process, judged by the mock. */
import type { Mock, Reply } from '@digame/mock'
import { expect, test } from 'vitest'
import { digame } from './digame.ts'
import { openMock, operationsSeen } from './make-mock.ts'

const from = '+34910000001'
const to = '+34612345678'
const uuid = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
/** An id that no call has. */
const unknownId = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'

const bodies = ({ journal }: Mock): unknown[] =>
  journal.filter(({ method }) => method === 'POST').map(({ body }) => body)
const lists = ({ journal }: Mock): unknown[] =>
  journal.filter(({ operation }) => operation === 'listCalls').map(({ query }) => query)

test('call sends both numbers and the key', async () => {
  const { mock, url } = await openMock()
  const { code, stdout } = await digame(url, 'call', to, '--from', from, '--key', 'one', '--json')
  expect([code, JSON.parse(stdout).call.id]).toEqual([0, mock.calls[0]?.id])
  expect(bodies(mock)).toEqual([
    { from_number: from, to_number: to, dynamic_variables: { digame_key: 'one' } },
  ])
  expect(operationsSeen(mock)).toEqual(['placeCall'])
})

test('call with every flag sends every field and follows the call to its end', async () => {
  const { mock, url } = await openMock({ speed: 50 })
  const flags = ['--from', uuid, '--var', 'customer_name=Ana', '--var', 'hora=a las 10', '--key', 'k-1']
  const more = ['--agent-version', uuid, '--not-after', '2100-01-01T00:00:00Z', '--wait']
  const { code, stdout, stderr } = await digame(url, 'call', to, ...flags, ...more)
  expect([code, stderr.includes('\ncompleted\n')]).toEqual([0, true])
  expect(stdout).toContain('outcome')
  expect(bodies(mock)).toEqual([
    {
      from_number: uuid,
      to_number: to,
      dynamic_variables: { customer_name: 'Ana', hora: 'a las 10', digame_key: 'k-1' },
      agent_version_id: uuid,
    },
  ])
  expect(operationsSeen(mock)).toEqual(['placeCall', 'getCall', 'listMessages'])
})

// 012, 015 and 016 take ten seconds or a minute to look up; the suite of the example server waits for two of them.
test.for([
  ['+34500000010', ['placeCall', 'listCalls']],
  ['+34500000011', ['placeCall', 'listCalls']],
  ['+34500000013', ['placeCall', 'listCalls']],
  ['+34500000014', ['placeCall']],
] as const)('call to %s finds its call although the response is lost', async ([number, operations]) => {
  const { mock, url } = await openMock()
  const { code, stdout } = await digame(url, 'call', number, '--from', from, '--json')
  expect([code, JSON.parse(stdout).call.id]).toEqual([0, mock.calls[0]?.id])
  expect(mock.calls).toHaveLength(1)
  expect(operationsSeen(mock)).toEqual(operations)
})

test.for([
  [400, 1],
  [401, 4],
  [403, 4],
  [404, 1],
  [412, 1],
  [422, 1],
] as const)('call refused with %i exits with %i, and sends nothing again', async ([status, exit]) => {
  const { mock, url } = await openMock()
  mock.reply({ operation: 'placeCall', code: status })
  const { code, stdout } = await digame(url, 'call', to, '--from', from)
  expect([code, stdout, mock.journal.length]).toEqual([exit, '', 1])
})

test('calls list sends every filter under its wire name', async () => {
  const { mock, url } = await openMock()
  const filters = ['--status', 'completed', '--type', 'outbound', '--agent', uuid, '--contact', uuid]
  const dates = ['--since', '2026-07-01T00:00:00+02:00', '--until', '2026-08-01T00:00:00.5Z']
  const flags = [...filters, '--phone', uuid, ...dates, '--limit', '7', '--json']
  expect(await digame(url, 'calls', 'list', ...flags)).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(lists(mock)).toEqual([
    {
      status: 'completed',
      type: 'outbound',
      agent_id: uuid,
      contact_id: uuid,
      phone_id: uuid,
      start_created_date: '2026-06-30T22:00:00.000Z',
      end_created_date: '2026-08-01T00:00:00.500Z',
      limit: '8',
    },
  ])
})

const page = (id: string, has_more: boolean): Reply => ({
  operation: 'listCalls',
  code: 200,
  body: { data: [{ id, contact: {} }], has_more, first_id: id, last_id: id },
})

test.for([
  ['--all', '1000'],
  ['--key=one', '1000'],
  ['--limit=5', '6'],
] as const)('calls list %s reads on by the cursor', async ([flag, limit]) => {
  const { mock, url } = await openMock()
  mock.reply(page(unknownId, true))
  mock.reply(page(uuid, false))
  expect(await digame(url, 'calls', 'list', flag, '--json')).toMatchObject({ code: 0 })
  expect(lists(mock)).toEqual([{ limit }, { limit, after: unknownId }])
})

test.for([
  ['get', ['getCall']],
  ['messages', ['listMessages']],
  ['watch', ['getCall']],
] as const)('calls %s reads a call', async ([verb, operations]) => {
  // The only call of the account has ended before it is read.
  const { mock, url } = await openMock({ speed: 100_000 })
  await digame(url, 'call', to, '--from', from)
  const [call] = mock.calls
  const before = mock.journal.length
  const { code, stdout } = await digame(url, 'calls', verb, String(call?.id), '--json')
  expect([code, stdout.length > 0]).toEqual([0, true])
  const after = mock.journal.slice(before)
  expect([...new Set(after.map(({ operation }) => operation))]).toEqual(operations)
  expect(after.every(({ status }) => status === 200)).toBe(true)
})

test.for([
  ['get', ['getCall']],
  ['messages', ['listMessages', 'getCall']],
  ['watch', ['getCall']],
] as const)('calls %s of an unknown id exits with 1', async ([verb, operations]) => {
  const { mock, url } = await openMock()
  expect((await digame(url, 'calls', verb, unknownId)).code).toBe(1)
  expect(operationsSeen(mock)).toEqual(operations)
  expect(mock.journal.every(({ status }) => status === 404)).toBe(true)
})
