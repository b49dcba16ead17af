import { createMock, type Mock } from '@digame/mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digame, from, to } from './helpers.ts'

let mock: Mock

beforeEach(async () => {
  mock = await createMock()
})

afterEach(async () => {
  expect(mock.journal).toEqual([])
  await mock.close()
})

const numbers = [to, '--from', from]

/** What is typed after `digame`, and the message. */
const bad: readonly (readonly [title: string, argv: readonly string[], message: string])[] = [
  [
    'a number without +34',
    ['call', '612345678', '--from', from],
    'The number to call, "6123***78", is not a complete Spanish number; write +34612345678.',
  ],
  [
    'a number with spaces',
    ['call', '+34 612 345 678', '--from', from],
    'The number to call, "+34 *********78", is not a complete Spanish number; write +34612345678.',
  ],
  [
    'a number with 0034',
    ['call', '0034612345678', '--from', from],
    'The number to call, "0034*******78", is not a complete Spanish number; write +34612345678.',
  ],
  [
    'a number with 34 alone',
    ['call', '34 612-345-678', '--from', from],
    'The number to call, "34 6********78", is not a complete Spanish number; write +34612345678.',
  ],
  [
    'a foreign number',
    ['call', '+14155550100', '--from', from],
    'The number to call, "+141******00", is not a complete Spanish number; write +34 and nine digits, such as +34612345678.',
  ],
  [
    'a number in two arguments',
    ['call', '+34 612', '345', '--from', from],
    'There is one argument too many; put a value with spaces in quotes.',
  ],
  ['no number', ['call', '--from', from], '<to> is missing; see --help.'],
  [
    'two numbers',
    ['call', to, to, '--from', from],
    'There is one argument too many; put a value with spaces in quotes.',
  ],
  ['no --from', ['call', to], '--from is missing; see --help.'],
  ['--from without a value at the end', ['call', to, '--from'], '--from needs a value; see --help.'],
  [
    'a flag in camel case without a value',
    ['call', ...numbers, '--agentVersion'],
    '--agent-version needs a value; see --help.',
  ],
  ['--from without a value', ['call', to, '--from', '--wait'], '--from needs a value; see --help.'],
  ['an empty --from', ['call', to, '--from='], '"--from=" is not a flag; see --help.'],
  [
    'a --from without a country code',
    ['call', to, '--from', '910000001'],
    '--from: "9100…" is neither a number in E.164 nor a uuid; write a number of your account, such as +34910000001, or its uuid.',
  ],
  [
    'a --from that is not a number',
    ['call', to, '--from', 'hello'],
    '--from: "hello" is neither a number in E.164 nor a uuid; write a number of your account, such as +34910000001, or its uuid.',
  ],
  ['a --from that is a flag', ['call', to, '--from', '-5'], '--from: "-5" looks like a flag; see --help.'],
  ['--from twice', ['call', ...numbers, '--from', '+34910000002'], '--from is given twice; give it once.'],
  ['an unknown flag', ['call', ...numbers, '--wat'], 'There is no flag --wat; did you mean --wait?'],
  [
    'an unknown flag with a value',
    ['call', ...numbers, '--dry-run=1'],
    'There is no flag --dry-run; see --help.',
  ],
  ['an unknown short flag', ['call', ...numbers, '-w'], 'There is no flag -w; see --help.'],
  ['a negated flag', ['call', ...numbers, '--no-wait'], 'There is no flag --no-wait; did you mean --wait?'],
  [
    'a flag that is a property of every object',
    ['call', ...numbers, '--constructor', 'x'],
    'There is no flag --constructor; see --help.',
  ],
  ['a flag as a key', ['call', ...numbers, '--key', '--x'], '--key: "--x" looks like a flag; see --help.'],
  [
    'a key with a space',
    ['call', ...numbers, '--key', 'a b'],
    '--key must be 1 to 200 visible ASCII characters.',
  ],
  ['a switch with a value', ['call', ...numbers, '--wait=perhaps'], '--wait takes no value.'],
  [
    'an agent version that is not a uuid',
    ['call', ...numbers, '--agent-version', '5f0f2d64'],
    '--agent-version: "5f0f2d64" is not a uuid; copy one like 5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10.',
  ],
  [
    'a phone number as an agent version',
    ['call', ...numbers, '--agent-version', to],
    '--agent-version: "+346…" is not a uuid; copy one like 5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10.',
  ],
  [
    'a variable without =',
    ['call', ...numbers, '--var', 'Ana'],
    '--var: "Ana" has no "="; write name=value, such as customer_name=Ana.',
  ],
  [
    'a variable without a name',
    ['call', ...numbers, '--var', '=Ana'],
    '--var: "=Ana" has no valid name before "="; write name=value, such as customer_name=Ana.',
  ],
  [
    'a variable with a space in its name',
    ['call', ...numbers, '--var', 'first name=Ana'],
    '--var: "first name=Ana" has no valid name before "="; write name=value, such as customer_name=Ana.',
  ],
  [
    'a variable twice',
    ['call', ...numbers, '--var', 'a=1', '--var', 'b=2', '--var', 'a=3'],
    '--var: "a" is given twice; give each name once.',
  ],
  [
    'the variable that holds the key',
    ['call', ...numbers, '--var', 'digame_key=1'],
    '--var: digame_key holds the idempotency key; set it with --key.',
  ],
  ...['tomorrow', '2026-07-22', '2026-07-22T18:00', '2026-02-30T10:00:00Z', '2026-07-22T25:00:00Z'].map(
    (date) =>
      [
        `--not-after ${date}`,
        ['call', ...numbers, '--not-after', date],
        `--not-after: "${date}" is not a date and time; write date, time and zone, such as 2026-07-22T18:00:00+02:00.`,
      ] as const,
  ),
  [
    '--mock-speed 0',
    ['call', ...numbers, '--mock', '--mock-speed', '0'],
    '--mock-speed: "0" is not a factor; write a number above 0, such as 10 or 0.5.',
  ],
  [
    '--mock-speed without --mock',
    ['call', ...numbers, '--mock-speed', '5'],
    '--mock-speed has no effect without --mock; add --mock.',
  ],
  ['an unknown command', ['cal', to], 'There is no command "cal"; did you mean `call`?'],
  ['a phone number as a command', [to], 'There is no command "+346…"; see digame --help.'],
  ['an unknown command of calls', ['calls', 'lst'], 'There is no command "lst"; did you mean `list`?'],
  ['a call without an id', ['calls', 'get'], '<id> is missing; see --help.'],
  [
    'a call id that is not a uuid',
    ['calls', 'watch', '..'],
    '<id>: ".." is not a uuid; copy one like 5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10.',
  ],
  [
    'an unknown status',
    ['calls', 'list', '--status', 'done'],
    '--status: "done" is not one of dialing, in_queue, in_progress, completed, failed, transferred, no_answer.',
  ],
  [
    '--limit 0',
    ['calls', 'list', '--limit', '0'],
    '--limit: "0" is not a count; write a whole number of 1 or more.',
  ],
  [
    '--all with --limit',
    ['calls', 'list', '--all', '--limit', '5'],
    '--all and --limit contradict each other; give only one.',
  ],
]

test.for(bad)('%s is refused', async ([, argv, message]) => {
  const { code, stdout, stderr } = await digame(argv, { fetch: mock.fetch })
  expect(stderr).toBe(`error: ${message}\n`)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test.for(bad)('%s is refused in JSON', async ([, argv, message]) => {
  const { code, stdout, stderr } = await digame([...argv, '--json'], { fetch: mock.fetch })
  expect(JSON.parse(stderr).error).toMatchObject({
    name: expect.any(String),
    code: expect.any(String),
    message,
  })
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test.for([
  [{}, 'There is no API key; set DIGA_API_KEY to the key of your account, or add --mock to call nobody.'],
  [
    { DIGA_API_KEY: ' ' },
    'There is no API key; set DIGA_API_KEY to the key of your account, or add --mock to call nobody.',
  ],
  [{ DIGA_API_KEY: 'sk 1' }, 'DIGA_API_KEY: The API key is empty or contains whitespace: copy it again.'],
  [
    { DIGA_API_KEY: 'sk-1', DIGA_BASE_URL: 'api.diga.io' },
    'DIGA_BASE_URL: The base URL must look like https://api.diga.io, without user, query or fragment.',
  ],
  [
    { DIGA_API_KEY: 'sk-1', DIGA_BASE_URL: ' ' },
    'DIGA_BASE_URL: The base URL must look like https://api.diga.io, without user, query or fragment.',
  ],
] as const)('the environment %o is refused', async ([env, message]) => {
  const { code, stderr } = await digame(['call', ...numbers], { fetch: mock.fetch, env })
  expect(stderr).toBe(`error: ${message}\n`)
  expect(code).toBe(2)
})

test.for([[], ['--mock']])('a --not-after in the past is refused, with %o', async (flags) => {
  const argv = ['call', ...numbers, '--not-after', '1999-12-31T23:59:59Z', ...flags]
  const { code, stdout, stderr } = await digame(argv, { fetch: mock.fetch })
  expect(stderr).toMatch(
    /^error: --not-after: 1999-12-31T23:59:59\.000Z has passed, as it is 2\S+Z; give a later date and time\.\n$/,
  )
  expect(stdout).toBe('')
  expect(code).toBe(2)
})
