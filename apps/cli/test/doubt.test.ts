import type { Fetch } from '@digame/client'
import { createMock, type Mock } from '@digame/mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTime, digame, from, inTime, json, type Setup, type TestTime, to } from './helpers.ts'

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

const key = ['--key', 'k-1']
const look = 'Look before you call again: digame calls list --key k-1\n'
const call = (number: string, argv: readonly string[] = [], setup: Setup = inTime(mock, time)) =>
  digame(['call', number, '--from', from, ...key, ...argv], setup)

test('an unconfirmed call exits 5 and says how to find out', async () => {
  const { code, stdout, stderr } = await call('+34500000016')
  expect(stderr).toMatch(
    /^calling .*\nno clear response; looking up whether the call was placed\nerror: .*500.*\n/,
  )
  expect(stderr).toContain('; a call may have been placed.\n')
  expect(stderr.endsWith(look)).toBe(true)
  expect(stdout).toBe('')
  expect(code).toBe(5)
  expect(mock.counts.posts).toBe(1)
})

test('an unconfirmed call is reported as JSON too', async () => {
  const { code, stderr } = await call('+34500000016', ['--json'])
  const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
  expect(error).toMatchObject({
    name: 'DigaApiError',
    code: 'INTERNAL_SERVER_ERROR',
    placed: 'maybe',
    idempotencyKey: 'k-1',
    sentAt: '2026-07-22T10:00:00.000Z',
    status: 500,
    candidates: [],
    advice: look.trimEnd(),
  })
  expect(code).toBe(5)
})

test('calls that may be the unconfirmed one are listed', async () => {
  mock.reply({ operation: 'placeCall', code: 500, placed: true })
  // A service that does not return the variables.
  const forgetful: Fetch = (url, { body, ...init }) =>
    mock.fetch(
      url,
      body ? { ...init, body: JSON.stringify({ ...JSON.parse(body), dynamic_variables: null }) } : init,
    )
  const { code, stderr } = await call(to, [], { clock: time.clock, fetch: time.fetch(forgetful) })
  expect(stderr).toContain(`\nIt may be one of these calls: ${mock.calls[0]?.id}\n`)
  expect(code).toBe(5)
})

test.for(['+34500000010', '+34500000011', '+34500000013'])(
  'the call of a lost response is looked up: %s',
  async (number) => {
    const { code, stdout, stderr } = await call(number)
    expect(stderr).toMatch(
      /\nno clear response; looking up whether the call was placed\nthe call was placed\n$/,
    )
    expect(stdout).toContain(`call    ${mock.calls[0]?.id}\n`)
    expect(mock.calls).toHaveLength(1)
    expect(code).toBe(0)
  },
)

test('a key with special characters is quoted for the shell', async () => {
  const argv = ['call', '+34500000016', '--from', from, '--key', "a'$b"]
  const { stderr } = await digame(argv, inTime(mock, time))
  expect(stderr).toContain(`digame calls list --key 'a'\\''$b'\n`)
})

test('an interruption while the call is being placed says that it may have been placed', async () => {
  const interrupt = new AbortController()
  const fetch: Fetch = () => {
    interrupt.abort()
    return new Promise(() => {})
  }
  const { code, stdout, stderr } = await call(to, [], { fetch, interrupt })
  expect(stderr).toMatch(/\ninterrupted: .* a call may have been placed\.\n/)
  expect(stderr.endsWith(look)).toBe(true)
  expect(stdout).toBe('')
  expect(code).toBe(130)
})

test('an interruption before the call is sent again says that none was placed', async () => {
  const interrupt = new AbortController()
  const fetch: Fetch = async () => new Response('', { status: 429, headers: { 'retry-after': '30' } })
  const onStderr = (text: string): void => {
    if (text.includes('trying again in 30.0 s')) interrupt.abort()
  }
  const { code, stderr } = await call(to, [], { fetch, interrupt, onStderr })
  expect(stderr).toMatch(/\ninterrupted: .* No call was placed\.\n$/)
  expect(code).toBe(130)
})

test('an interruption while waiting says that the call goes on', async () => {
  const interrupt = new AbortController()
  const onStderr = (text: string): void => {
    if (text.endsWith('dialing\n')) interrupt.abort()
  }
  const { code, stdout, stderr } = await call(to, ['--wait'], { ...inTime(mock, time), interrupt, onStderr })
  const callId = mock.calls[0]?.id
  expect(stderr).toMatch(/\ninterrupted: /)
  expect(stderr.endsWith(`The call goes on; follow it with: digame calls watch ${callId}\n`)).toBe(true)
  expect(stdout).toBe('')
  expect(code).toBe(130)
})

test('a wait that fails says that the call goes on', async () => {
  mock.reply({ operation: 'getCall', code: 403 })
  const { code, stderr } = await call(to, ['--wait', '--json'])
  const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
  const callId = mock.calls[0]?.id
  expect(error).toMatchObject({ status: 403, callId, advice: expect.stringContaining('The call goes on') })
  expect(code).toBe(5)
})

test('an invalid response after the call was placed is not reported like one before', async () => {
  const fetch: Fetch = async () => json({ id: '\u001b[2J', status: 'dialing', agent_id: 'a' }, 201)
  const { code, stdout, stderr } = await call(to, ['--wait'], { fetch })
  expect(stderr.endsWith('The call goes on; follow it with: digame calls watch \ufffd[2J\n')).toBe(true)
  expect(stdout).toBe('')
  expect(code).toBe(5)
})

test.for([
  [401, 4],
  [403, 4],
  [404, 1],
  [412, 1],
] as const)('a refusal with %i exits %i', async ([status, expected]) => {
  mock.reply({ operation: 'placeCall', code: status })
  const { code, stdout, stderr } = await call(to)
  expect(stderr).toMatch(/\nerror: .* No call was placed\.\n$/)
  expect(stdout).toBe('')
  expect(code).toBe(expected)
})
