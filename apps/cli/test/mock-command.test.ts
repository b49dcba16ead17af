import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createMock } from '@digame/mock'
import { describe, expect, it } from 'vitest'
import { digame, refuseToLoad, to } from './helpers.ts'

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }
const body = JSON.stringify({ from_number: '+34910000001', to_number: to })

async function place(url: string, sent: string = body): Promise<number> {
  const { status } = await fetch(`${url}/v1/call/`, { method: 'POST', headers, body: sent })
  return status
}

/** Serves on a free port, sends one request, and interrupts. */
async function serve(flags: readonly string[], sent?: string) {
  const interrupt = new AbortController()
  let response: Promise<number> | undefined
  const { code, stdout, stderr } = await digame(['mock', '--port', '0', '--no-control', ...flags], {
    env: {},
    interrupt,
    onStdout(text) {
      const url = /http:\/\/[\d.:]+/.exec(text)?.[0] ?? ''
      response ??= place(url, sent).finally(() => interrupt.abort())
    },
  })
  return { code, stdout, stderr, status: await response }
}

describe('digame mock', () => {
  it('says on stdout where it listens and logs requests on stderr, until the person interrupts', async () => {
    const { code, stdout, stderr, status } = await serve(['--seed', '3', '--speed', '10'])
    expect([code, status]).toEqual([0, 201])
    expect(stdout).toMatch(
      /^The mock of the call API listens on http:\S+ \(vocabulary seed, speed 10, seed 3\)\n$/,
    )
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d POST \/v1\/call\/ \+346\*{6}78 201 call \S+\n$/)
  })

  it('writes JSON', async () => {
    const { code, stdout, stderr } = await serve(['--json', '--seed', '3', '--vocabulary', '2026-07'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ event: 'listening', seed: 3, vocabulary: '2026-07' })
    expect(JSON.parse(stderr)).toMatchObject({ event: 'request', path: '/v1/call/', status: 201 })
  })

  it('logs nothing that a terminal obeys', async () => {
    const sent = body.replace('}', ',"\\u001b[2J":1}')
    const { stderr, status } = await serve([], sent)
    expect(status).toBe(201)
    expect(stderr).toContain('unknown_key')
    expect(stderr).not.toContain('\u001b')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at once on %s, open streams and all', async (signal) => {
    const argv = ['mock', '--port', '0', '--no-control', '--json', '--seed', '5']
    const child = spawn(process.execPath, ['--conditions=source', file('src/bin.ts'), ...argv])
    const ended = once(child, 'close')
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const { url } = JSON.parse(line)
    const stream = await fetch(`${url}/v1/call/concurrency/stream`, { headers })
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    await expect(stream.text()).rejects.toThrow('terminated')
  })

  it('ends at once if it is interrupted before it listens', async () => {
    const interrupt = new AbortController()
    interrupt.abort()
    expect(await digame(['mock', '--port', '0', '--no-control'], { interrupt })).toMatchObject({ code: 0 })
  })

  it.each([
    ['--colour red', 'There is no flag --colour; did you mean --control-port?'],
    ['--constructor', 'There is no flag --constructor; see --help.'],
    ['-x', 'There is no flag -x; see --help.'],
    ['4010', 'There is one argument too many; put a value with spaces in quotes.'],
    ['-- --port 0', '"--" is not a flag; see --help.'],
    ['--port 0x50', '--port: "0x50" is not a port; write a whole number from 0 to 65535, such as 4020.'],
    ['--port 1e3', '--port: "1e3" is not a port; write a whole number from 0 to 65535, such as 4020.'],
    ['--port 70000', '--port: "70000" is not a port; write a whole number from 0 to 65535, such as 4020.'],
    [
      '--control-port x',
      '--control-port: "x" is not a port; write a whole number from 0 to 65535, such as 4020.',
    ],
    ['--speed fast', '--speed: "fast" is not a factor; write a number above 0, such as 10 or 0.5.'],
    ['--speed 0', '--speed: "0" is not a factor; write a number above 0, such as 10 or 0.5.'],
    ['--speed -1', '--speed: "-1" is not a factor; write a number above 0, such as 10 or 0.5.'],
    ['--speed Infinity', '--speed: "Infinity" is not a factor; write a number above 0, such as 10 or 0.5.'],
    ['--speed', '--speed needs a value; see --help.'],
    ['--list-delay -5', '--list-delay: "-5" is not a time; write milliseconds from 0, such as 500.'],
    ['--max-concurrent 0', '--max-concurrent: "0" is not a count; write a whole number of 1 or more.'],
    ['--seed 1.5', '--seed: "1.5" is not a seed; write a whole number, such as 7.'],
    ['--vocabulary new', '--vocabulary: "new" is not one of seed, 2026-07.'],
    ['--speed 2 --speed 3', '--speed is given twice; give it once.'],
    [
      '--port 4020 --control-port 4020',
      '--port and --control-port are both 4020; give two different ones, or --no-control.',
    ],
    ['--port 4012', '--port and --control-port are both 4012; give two different ones, or --no-control.'],
    ['--no-control --control-port 1', '--no-control and --control-port contradict each other; give one.'],
  ])('refuses %s in one line', async (typed, line) => {
    const { code, stdout, stderr } = await digame(['mock', ...typed.split(' ')])
    expect([code, stdout, stderr]).toEqual([2, '', `error: ${line}\n`])
  })

  it('refuses an empty host', async () => {
    const { code, stderr } = await digame(['mock', '--host', ' '])
    expect([code, stderr]).toEqual([
      2,
      'error: --host: "" is not a host; write a name or an address, such as 127.0.0.1.\n',
    ])
  })

  it('refuses in JSON', async () => {
    const { code, stderr } = await digame(['mock', '--json', '--port', 'x'])
    expect([code, JSON.parse(stderr).error]).toMatchObject([2, { name: 'UsageError', code: 'USAGE' }])
  })

  it('refuses a port that is taken', async () => {
    await using other = await createMock()
    const { port } = new URL(await other.listen())
    expect(await digame(['mock', '--port', port])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: Port ${port} is taken; give another --port.\n`,
    })
    expect(await digame(['mock', '--port', '0', '--control-port', port])).toMatchObject({
      code: 1,
      stderr: `error: Port ${port} is taken; give another --control-port.\n`,
    })
  })

  it('refuses a host that is not on this machine', async () => {
    expect(await digame(['mock', '--port', '0', '--no-control', '--host', '192.0.2.1'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: Cannot listen on "192.0.2.1" (EADDRNOTAVAIL); give another --host.\n',
    })
  })

  it('has the flags that the README lists', async () => {
    const { code, stdout } = await digame(['mock', '--help'])
    expect(code).toBe(0)
    const flags = [...stdout.matchAll(/^ +\[(--[a-z-]+)\]/gm)].map(([, flag]) => flag)
    const [, section = ''] = readFileSync(file('README.md'), 'utf8').split('### digame mock\n')
    const [own = ''] = section.split('\n### ')
    expect([...own.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, flag]) => flag)).toEqual(flags)
  })

  it('is loaded neither for its help nor for an unknown flag', async () => {
    const bin = async (...argv: string[]) => {
      const child = spawn(process.execPath, [
        '--conditions=source',
        refuseToLoad,
        file('src/bin.ts'),
        'mock',
        ...argv,
      ])
      const [code] = await once(child, 'close')
      return code
    }
    expect(await bin('--help')).toBe(0)
    expect(await bin('--colour')).toBe(2)
    expect(await bin('--port', '0')).toBe(1)
  })
})
