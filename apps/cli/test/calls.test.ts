import { Diga, type Fetch } from '@digame/client'
import { createMock, type Mock } from '@digame/mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTime, digame, from, id, inTime, json, type Result, type TestTime, to } from './helpers.ts'

let time: TestTime
let mock: Mock

beforeEach(async () => {
  time = createTime()
  mock = await createMock({ clock: time.clock })
})

afterEach(async () => {
  mock.expectNoViolations()
  await mock.close()
})

const calls = (...argv: string[]): Promise<Result> => digame(['calls', ...argv], inTime(mock, time))

/** Places a call with this key. */
async function place(key: string, number = to): Promise<string> {
  const diga = new Diga({ apiKey: 'sk-test', fetch: mock.fetch, clock: time.clock })
  const request = { from_number: from, to_number: number, dynamic_variables: { customer_name: 'Ana' } }
  return (await diga.calls.create(request, { idempotencyKey: key })).id
}

test('get prints a call with its number masked', async () => {
  const callId = await place('k-1')
  const { code, stdout, stderr } = await calls('get', callId)
  expect(stdout.split('\n')).toEqual([
    `call       ${callId}`,
    'status     dialing',
    'type       outbound',
    'number     +346******78',
    'created    2026-07-22T10:00:00.000Z',
    'variables  customer_name=Ana, digame_key=k-1',
    '',
  ])
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('get prints the JSON of the API', async () => {
  const { stdout } = await calls('get', await place('k-1'), '--json')
  expect(JSON.parse(stdout)).toEqual(mock.calls[0])
})

test('get of a call that does not exist fails', async () => {
  const { code, stdout, stderr } = await calls('get', id)
  expect(stderr).toMatch(/^error: .*404 CALL_NOT_FOUND/)
  expect(stdout).toBe('')
  expect(code).toBe(1)
})

test('watch prints each status and the outcome', async () => {
  const callId = await place('k-1')
  const { code, stdout, stderr } = await calls('watch', callId)
  expect(stdout).toMatch(
    /^dialing\nin_progress\ncompleted\ncall +\S+\noutcome +completed\nreason +(user_hang_up|hangup)\n/,
  )
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('watch prints one line of JSON for each status', async () => {
  const { stdout } = await calls('watch', await place('k-1'), '--json')
  const seen = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text).status)
  expect(seen).toEqual(['dialing', 'in_progress', 'completed'])
})

test.each([
  [1, 'the state of the call is unknown'],
  [2, 'the call goes on'],
])('watch interrupted at poll %i leaves the call alone, and says that %s', async (poll, message) => {
  const callId = await place('k-1')
  const interrupt = new AbortController()
  let polls = 0
  const fetch: Fetch = async (url, init) => {
    if (++polls === poll) interrupt.abort()
    return mock.fetch(url, init)
  }
  const { code, stderr } = await digame(['calls', 'watch', callId], { fetch, interrupt })
  expect(stderr).toMatch(new RegExp(`^interrupted: .*\\nOnly the watching has ended; ${message}\\.\\n$`))
  expect(code).toBe(130)
})

test.each(['get', 'list', 'messages', 'watch'])('%s says on stderr that it tries again', async (verb) => {
  const callId = await place('k-1')
  await calls('watch', callId)
  mock.reply({ code: 503, body: '' })
  const { code, stderr } = await calls(verb, ...(verb === 'list' ? [] : [callId]))
  expect(stderr).toMatch(/^the service responded with 503; trying again (now|in \d\.\d s)\n$/)
  expect(code).toBe(0)
})

test('messages prints the transcript, oldest first', async () => {
  const callId = await place('k-1', '+34500000003')
  await calls('watch', callId)
  const { code, stdout } = await calls('messages', callId)
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^assistant {2}Buenos días/)
  expect(lines.at(-1)).toBe('tool       transfer (success)')
  const { stdout: ndjson } = await calls('messages', callId, '--json')
  const dates = ndjson
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text).created_date)
  expect(dates).toEqual([...dates].sort())
  expect(dates).toHaveLength(lines.length)
  expect(code).toBe(0)
})

test('messages of a silent call prints nothing', async () => {
  const { code, stdout, stderr } = await calls('messages', await place('k-1'))
  expect([stdout, stderr, code]).toEqual(['', '', 0])
})

test('messages of a call that does not exist fails', async () => {
  const { code, stderr } = await calls('messages', id)
  expect(stderr).toContain('404 CALL_NOT_FOUND')
  expect(code).toBe(1)
})

test('list prints the newest call first', async () => {
  const ids = [await place('k-1'), await place('k-2', '+34500000002')]
  const { code, stdout, stderr } = await calls('list')
  expect(stdout.trimEnd().split('\n')).toEqual([
    `2026-07-22T10:00:00.000Z  dialing      outbound  +345******02          ${ids[1]}`,
    `2026-07-22T10:00:00.000Z  dialing      outbound  +346******78          ${ids[0]}`,
  ])
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('list finds the call with a key', async () => {
  const ids = [await place('k-1'), await place('k-2')]
  const { stdout } = await calls('list', '--key', 'k-1', '--json')
  expect(JSON.parse(stdout).id).toBe(ids[0])
  const none = await calls('list', '--key', 'k-3')
  expect(none.stdout).toBe('')
  expect(none.stderr).toBe(
    'No call carries this key. That does not prove that none was placed: the list may be late. Look again in a few minutes, also for calls to the same number.\n',
  )
  expect(none.code).toBe(0)
})

test('list stops at the limit and says so', async () => {
  for (const key of ['k-1', 'k-2', 'k-3']) await place(key)
  const cut = await calls('list', '--limit', '2')
  expect(cut.stdout.trimEnd().split('\n')).toHaveLength(2)
  expect(cut.stderr).toBe('There are more than 2; give a higher --limit, or --all.\n')
  const whole = await calls('list', '--limit', '3', '--json')
  expect(whole.stdout.trimEnd().split('\n')).toHaveLength(3)
  expect(whole.stderr).toBe('')
})

test('list --all reads every page', async () => {
  const page = (from: number): object[] =>
    Array.from({ length: 1000 }, (_, index) => ({
      id: `7c3b2c1e-6a53-4b0f-8f4e-${String(from + index).padStart(12, '0')}`,
      status: 'completed',
    }))
  const fetch: Fetch = async (url) =>
    url.includes('after=')
      ? json({ data: page(1000), has_more: false })
      : json({ data: page(0), has_more: true, last_id: id })
  const { code, stdout } = await digame(['calls', 'list', '--all', '--json'], { fetch })
  expect(stdout.trimEnd().split('\n')).toHaveLength(2000)
  expect(code).toBe(0)
})

test('list sends its filters', async () => {
  const filters = ['--status', 'failed', '--type', 'inbound', '--agent', id, '--contact', id, '--phone', id]
  const times = ['--since', '2026-07-22T12:00:00+02:00', '--until', '2026-07-22T11:00Z']
  const { code } = await calls('list', ...filters, ...times, '--limit', '7')
  expect(mock.journal[0]?.query).toEqual({
    status: 'failed',
    type: 'inbound',
    agent_id: id,
    contact_id: id,
    phone_id: id,
    start_created_date: '2026-07-22T10:00:00.000Z',
    end_created_date: '2026-07-22T11:00:00.000Z',
    limit: '8',
  })
  expect(code).toBe(0)
})

test('the API key and the base URL come from the environment', async () => {
  const seen: unknown[] = []
  const fetch: Fetch = async (url, { headers }) => {
    seen.push(url, headers['authorization'])
    return json({ error_code: 'INVALID_API_KEY', message: 'no' }, 401)
  }
  const env = { DIGA_API_KEY: ' sk-1 ', DIGA_BASE_URL: 'http://127.0.0.1:4010' }
  const { code, stderr } = await digame(['calls', 'get', id], { fetch, env })
  expect(seen).toEqual([`http://127.0.0.1:4010/v1/call/${id}`, 'Bearer sk-1'])
  expect(stderr).not.toContain('sk-1')
  expect(code).toBe(4)
})
