/** The Arazzo workflow of the spec, run by Redocly's `respect` command against our mock. */
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createMock, type Mock, type Reply } from '@digame/mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { redocly } from './redocly.ts'

const spec = dirname(createRequire(import.meta.url).resolve('@digame/spec/workflows.arazzo.yaml'))

let mock: Mock
beforeEach(async () => {
  mock = await createMock({ speed: 100_000 })
})
afterEach(() => mock.close())

interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly executedWorkflows: readonly {
          readonly executedSteps: readonly {
            readonly stepId: string
            readonly checks: readonly { readonly name: string; readonly status: string }[]
          }[]
        }[]
      }
    >
  >
}

/** Runs the workflow; resolves with the exit code, the checks that failed in the last try of each step, and the output. */
async function respect(to_number = '+34612345678') {
  const path = join(tmpdir(), `respect-${crypto.randomUUID()}.json`)
  const { code, output } = await redocly(
    spec,
    ...['respect', 'workflows.arazzo.yaml', '--json-output', path],
    ...['--server', `diga=${await mock.listen()}`],
    ...['--input', JSON.stringify({ api_key: 'sk-test', to_number })],
  )
  const { files }: Report = JSON.parse(await readFile(path, 'utf8'))
  await rm(path)
  const steps = Object.values(files).flatMap(({ executedWorkflows }) =>
    executedWorkflows.flatMap(({ executedSteps }) => executedSteps),
  )
  const failed = steps.flatMap(({ stepId, checks }) =>
    checks.filter(({ status }) => status !== 'success').map(({ name }) => `${stepId}: ${name}`),
  )
  return { code, failed, output }
}

const requests = () => mock.journal.map(({ operation, status }) => `${operation} ${status}`)

test('a call is placed, followed to its end and read', async () => {
  // The first two reads find the call under way, however slow the machine is.
  mock.reply({ operation: 'getCall', code: 200, example: 'without_optionals' })
  mock.reply({ operation: 'getCall', code: 200, example: 'in_progress' })
  const { code, output } = await respect()
  expect(code, output).toBe(0)
  expect(requests()).toEqual([
    'placeCall 201',
    'getCall 200',
    'getCall 200',
    'getCall 200',
    'listMessages 200',
  ])
  mock.expectNoViolations()
})

test('a call that nobody answers is followed to its end, too', async () => {
  const { code, output } = await respect('+34500000001')
  expect(code, output).toBe(0)
  expect(requests().at(-1)).toBe('listMessages 404')
})

test.each<[string, Reply, string[]]>([
  ['a refusal', { operation: 'placeCall', code: 403 }, ['place: success criteria check']],
  [
    'a body that is not a call',
    { operation: 'placeCall', code: 201, body: { id: 7, type: 'outbound' } },
    ['place: schema check'],
  ],
  [
    'an undocumented status code',
    { operation: 'placeCall', code: 202, body: {} },
    ['place: status code check'],
  ],
  [
    'a call with an unknown status',
    {
      operation: 'getCall',
      code: 200,
      body: { id: crypto.randomUUID(), status: 'evaporated' },
    },
    ['follow: schema check'],
  ],
  ['an empty transcript', { operation: 'listMessages', code: 200, body: {} }, ['read: schema check']],
])('the workflow fails at %s, and nobody is phoned twice', async (_, reply, expected) => {
  mock.reply(reply)
  const { code, failed } = await respect()
  expect(code).toBe(1)
  expect(failed).toEqual(expect.arrayContaining(expected))
  expect(requests().filter((one) => one.startsWith('placeCall'))).toHaveLength(1)
})
