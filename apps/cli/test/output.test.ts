import type { Fetch } from '@digame/client'
import { expect, test } from 'vitest'
import { digame, id, json } from './helpers.ts'

// What controls a terminal: ESC, CSI as one character, backspace, a bidi override, and three kinds of line break.
const evil = 'a\u001b[31mb\u009b2Jc\bd\u202ee\r\nf\u2028g'
const harmless = 'a\ufffd[31mb\ufffd2Jc\ufffdd\ufffde f g'
const call = { id, status: 'completed', type: evil, end_reason: evil, dynamic_variables: { [evil]: evil } }
const message = { id, role: evil, content: evil, created_date: evil }
const tool = {
  id: id.replace('7', '8'),
  role: 'tool',
  tool_call: { tool_name: evil, status: 'success', payload: {} },
}

const service: Fetch = async (url) => {
  if (url.includes('/message')) return json({ data: [message, tool], has_more: false })
  return url.includes(id) ? json(call) : json({ data: [call], has_more: false })
}

/** Whether a text contains anything that controls a terminal. */
const controlsTerminal = (text: string): boolean => /[^\P{Cc}\n]|[\u2028\u202e]/u.test(text)

test.for([
  ['get', ['calls', 'get', id]],
  ['list', ['calls', 'list']],
  ['messages', ['calls', 'messages', id]],
  ['watch', ['calls', 'watch', id]],
] as const)('text of the service cannot control the terminal: %s', async ([, argv]) => {
  const { stdout } = await digame(argv, { fetch: service })
  expect(controlsTerminal(stdout)).toBe(false)
  expect(stdout).toContain(harmless)
})

test.for([
  ['get', ['calls', 'get', id], call],
  ['messages', ['calls', 'messages', id], message],
] as const)(
  'text of the service cannot control the terminal in JSON, and none of it is lost: %s',
  async ([, argv, sent]) => {
    const { stdout } = await digame([...argv, '--json'], { fetch: service })
    expect(controlsTerminal(stdout)).toBe(false)
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toEqual(sent)
  },
)

test.for([[], ['--json']] as const)(
  'an error message of the service cannot control the terminal %o',
  async (argv) => {
    const refusing: Fetch = async () => json({ error_code: 'X', message: evil }, 404)
    const { stderr } = await digame(['calls', 'get', id, ...argv], { fetch: refusing })
    expect(controlsTerminal(stderr)).toBe(false)
  },
)

const csi = '\u001b['

test('only a terminal gets colours', async () => {
  const plain = await digame(['calls', 'messages', id], { fetch: service })
  expect(plain.stdout).not.toContain(csi)
  const coloured = await digame(['calls', 'messages', id], { fetch: service, isTTY: true })
  expect(coloured.stdout).toContain(`${csi}2mtool     ${csi}22m`)
})

test.for([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('a terminal gets no colours with %o', async (env) => {
  const all = { DIGA_API_KEY: 'sk-test', ...env }
  const { stdout } = await digame(['calls', 'messages', id], { fetch: service, isTTY: true, env: all })
  expect(stdout).not.toContain(csi)
  const wrong = await digame(['calls', 'get'], { isTTY: true, env: all })
  expect(wrong.stderr).toBe('error: <id> is missing; see --help.\n')
})

test('errors and help are coloured on a terminal', async () => {
  const wrong = await digame(['calls', 'get'], { isTTY: true })
  expect(wrong.stderr).toBe(`${csi}31merror:${csi}39m <id> is missing; see --help.\n`)
  const help = await digame(['--help'], { isTTY: true })
  expect(help.stdout).toContain(csi)
})

test('help goes to stdout and exits 0', async () => {
  for (const argv of [[], ['--help'], ['call', '--help'], ['calls'], ['calls', 'list', '-h']]) {
    const { code, stdout, stderr } = await digame(argv)
    expect(stdout).toMatch(/^USAGE\n {2}digame/)
    expect(stderr).toBe('')
    expect(code).toBe(0)
  }
})
