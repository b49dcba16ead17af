import { createMock, type Mock, type MockOptions, type Reply } from '@digame/mock'
import { afterEach, expect, test } from 'vitest'
import { createTime, digame, from, inTime, type Result, to } from './helpers.ts'

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
let mocks: Mock[] = []

afterEach(async () => {
  for (const mock of mocks) mock.expectNoViolations()
  await Promise.all(mocks.map((mock) => mock.close()))
  mocks = []
})

interface Placed extends Result {
  readonly mock: Mock
}

/** Runs `digame call` against a mock of the service. */
async function call(
  number: string,
  argv: readonly string[] = [],
  { replies = [], ...options }: MockOptions & { readonly replies?: readonly Reply[] } = {},
): Promise<Placed> {
  const time = createTime()
  const mock = await createMock({ clock: time.clock, ...options })
  mocks.push(mock)
  for (const reply of replies) mock.reply(reply)
  return { mock, ...(await digame(['call', number, '--from', from, ...argv], inTime(mock, time))) }
}

test('prints each status, then the outcome and the transcript', async () => {
  const { mock, code, stdout, stderr } = await call(to, ['--wait', '--key', 'ana-1'])
  const callId = mock.calls[0]?.id
  expect(stderr.split('\n')).toEqual([
    'calling +346******78, key ana-1',
    `call ${callId}`,
    'dialing',
    'in_progress',
    'completed',
    '',
  ])
  const [head, talk] = stdout.split('\n\n')
  expect(head?.split('\n')).toEqual([
    `call      ${callId}`,
    'outcome   completed',
    `reason    ${mock.calls[0]?.end_reason}`,
    `duration  ${mock.calls[0]?.duration} s`,
  ])
  expect(talk?.split('\n').slice(0, 2)).toEqual([
    'assistant  Buenos días, le llamo de parte de la clínica. ¿Hablo con el titular de la línea?',
    'user       Sí, soy yo. ¿Qué desea?',
  ])
  expect(code).toBe(0)
})

test('reports the id of a placed call before anything is written to stdout', async () => {
  const time = createTime()
  const mock = await createMock({ clock: time.clock })
  mocks.push(mock)
  const log: string[] = []
  await digame(['call', to, '--from', from], {
    ...inTime(mock, time),
    onPlaced: ({ callId, advice }) => log.push(callId, advice),
    onStdout: () => log.push('stdout'),
  })
  const callId = mock.calls[0]?.id
  expect(log).toEqual([callId, `The call was placed; read it with: digame calls get ${callId}`, 'stdout'])
})

test('ends when the call is accepted without --wait', async () => {
  const { mock, code, stdout } = await call(to)
  expect(stdout).toBe(`call    ${mock.calls[0]?.id}\nstatus  dialing\n`)
  expect(mock.journal.map(({ operation }) => operation)).toEqual(['placeCall'])
  expect(code).toBe(0)
})

test('sends the values of the flags', async () => {
  const version = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
  const variables = ['--var', 'customer_name=Ana', '--var=sum=1+1=2', '--var', 'note=']
  const { mock, code } = await call(to, [...variables, '--agent-version', version, '--key', 'k-1'])
  expect(mock.journal[0]?.body).toEqual({
    from_number: from,
    to_number: to,
    agent_version_id: version,
    dynamic_variables: { customer_name: 'Ana', sum: '1+1=2', note: '', digame_key: 'k-1' },
  })
  expect(code).toBe(0)
})

test('creates a key and prints it before anything else', async () => {
  const { mock, stderr } = await call(to)
  const key = new RegExp(`, key (${uuid})\n$`).exec(stderr)?.[1]
  expect(mock.calls[0]?.dynamic_variables).toEqual({ digame_key: key })
})

test.for([
  ['+34500000001', 'no_answer'],
  ['+34500000002', 'failed', 'not_reached'],
  ['+34500000003', 'transferred'],
  ['+34500000004', 'voicemail'],
  ['+34500000005', 'completed'],
] as const)('exits 0 for every outcome: %s %s', async ([number, outcome, newer = outcome]) => {
  for (const vocabulary of ['seed', '2026-07'] as const) {
    const { code, stdout } = await call(number, ['--wait'], { vocabulary })
    expect(stdout).toContain(`outcome   ${vocabulary === 'seed' ? outcome : newer}\n`)
    expect(code).toBe(0)
  }
})

test('prints the status of a queued call', async () => {
  const { stderr } = await call('+34500000005', ['--wait'])
  expect(stderr).toContain('\nin_queue\ndialing\nin_progress\ncompleted\n')
})

test('prints no transcript if nobody spoke', async () => {
  const { code, stdout } = await call('+34500000001', ['--wait', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'no_answer', messages: [] })
  expect(code).toBe(0)
})

test('prints one JSON object', async () => {
  const { mock, stdout } = await call(to, ['--wait', '--json'])
  expect(stdout.trimEnd()).not.toContain('\n')
  const { call: ended, outcome, messages } = JSON.parse(stdout)
  expect(ended).toEqual(mock.calls[0])
  expect(outcome).toBe('completed')
  expect(messages[0].content).toMatch(/^Buenos días/)
  expect(messages.length).toBeGreaterThan(5)
})

test('prints the placed call as JSON without --wait', async () => {
  const { mock, stdout } = await call(to, ['--json'])
  expect(JSON.parse(stdout)).toEqual({ call: mock.calls[0] })
})

test('prints the outcome even if the transcript cannot be read', async () => {
  const replies = [{ operation: 'listMessages', code: 403 }] as const
  const { mock, code, stdout, stderr } = await call(to, ['--wait'], { replies })
  expect(stdout).toContain('outcome   completed\n')
  expect(stderr).toContain(`The call has ended; read it with: digame calls messages ${mock.calls[0]?.id}\n`)
  expect(code).toBe(5)
})

test('tries again if it is certain that no call was made', async () => {
  const { mock, code, stderr } = await call('+34500000014')
  expect(stderr).toMatch(/^calling .*\nthe service responded with 429; trying again in 1\.0 s\n$/)
  expect(mock.calls).toHaveLength(1)
  expect(code).toBe(0)
})

test('places nothing after --not-after', async () => {
  const { mock, code, stdout, stderr } = await call(to, ['--not-after', '2026-07-22T11:59:59+02:00'])
  expect(stderr).toBe(
    'error: --not-after: 2026-07-22T09:59:59.000Z has passed, as it is 2026-07-22T10:00:00.000Z; give a later date and time.\n',
  )
  expect(stdout).toBe('')
  expect(mock.journal).toEqual([])
  expect(code).toBe(2)
})
