import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createMock, MockCommandError, runMockCommand, type ServeOptions, serveMock } from '@digame/mock'
import { describe, expect, it } from 'vitest'
import { createClock } from './clock.ts'
import { get, lead, post, rejection } from './http.ts'

async function served(options: ServeOptions = {}) {
  const lines: string[] = []
  const io = { out: (line: string) => lines.push(line) }
  const server = await serveMock({ port: 0, controlPort: 0, clock: createClock(), seed: 1, ...options }, io)
  return {
    ...server,
    lines,
    way: { fetch: globalThis.fetch, url: server.url },
    [Symbol.asyncDispose]: server.close,
  }
}

const json = { 'content-type': 'application/json' }

describe('serveMock', () => {
  it('says where it listens and what comes, numbers masked', async () => {
    await using server = await served({ speed: 10 })
    const { url, controlUrl, lines, mock } = server
    await post(server.way, { ...lead, colour: 'red' })
    await post(server.way, { ...lead, to_number: '+34500000010' }).catch(() => {})
    await get(server.way, '/v1/call/+34612345678')
    expect(lines).toEqual([
      `The mock of the call API listens on ${url} (vocabulary seed, speed 10, seed 1)`,
      `Journal, calls and replies: ${controlUrl}/_mock/`,
      `12:00:00 POST /v1/call/ +346******78 201 call ${mock.calls[0]?.id} ! body.colour unknown_key`,
      `12:00:00 POST /v1/call/ +345******10 no answer (reset_after) call ${mock.calls[1]?.id}`,
      '12:00:00 GET /v1/call/+346******78 422 ! path.id format',
    ])
  })

  it('answers 413 to a body above 1 MiB on both ports', async () => {
    await using server = await served()
    const huge = 'x'.repeat(2 ** 20 + 1)
    const response = await post(server.way, huge)
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
    expect(await response.json()).toMatchObject({ status: 'error', error_code: 'PAYLOAD_TOO_LARGE' })
    expect(server.mock.journal).toMatchObject([{ status: 413, body: undefined }])
    expect(server.lines.at(-1)).toMatch(/POST .* 413$/)
    const control = await fetch(`${server.controlUrl}/_mock/reply`, {
      method: 'POST',
      headers: json,
      body: huge,
    })
    expect(control.status).toBe(413)
    expect((await post(server.way, lead)).status).toBe(201)
  })

  it('shows its help for -h too', async () => {
    const lines: string[] = []
    await runMockCommand(['-h'], { out: (line) => lines.push(line), signal: new AbortController().signal })
    expect(lines.join()).toContain('Usage: digame-mock')
  })

  it('says it in JSON', async () => {
    await using server = await served({ json: true, controlPort: false })
    await post(server.way, lead)
    expect(server.lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'listening', url: server.url, vocabulary: 'seed', speed: 1, seed: 1 },
      {
        event: 'request',
        time: '2026-07-22T12:00:00.000Z',
        method: 'POST',
        path: '/v1/call/',
        operation: 'placeCall',
        to_number: '+346******78',
        status: 201,
        callId: server.mock.calls[0]?.id,
        violations: [],
      },
    ])
  })

  it('draws a seed, so that ids do not come again', async () => {
    const idOf = async () => {
      const server = await serveMock({ port: 0, controlPort: false }, { out: () => {} })
      await post({ fetch: globalThis.fetch, url: server.url }, lead)
      await server.close()
      return server.mock.calls[0]?.id
    }
    expect(await idOf()).not.toBe(await idOf())
  })

  it('leaves nothing listening when a port is taken', async () => {
    await using other = await createMock()
    const taken = Number(new URL(await other.listen()).port)
    const passing = await createMock()
    const port = Number(new URL(await passing.listen()).port)
    await passing.close()
    await expect(served({ port: taken })).rejects.toThrow(`Port ${taken} is taken`)
    await expect(served({ port, controlPort: taken })).rejects.toThrow(`Port ${taken} is taken`)
    await other.listen(port)
  })

  it('refuses what is no port', async () => {
    const expected = new TypeError('port is a whole number from 0 to 65535, not 70000')
    await expect(served({ port: 70_000 })).rejects.toThrow(expected)
  })
})

describe('the control port', () => {
  it('gives the journal and the calls', async () => {
    await using server = await served()
    await post(server.way, lead)
    const read = async (path: string) => (await fetch(`${server.controlUrl}/_mock/${path}`)).json()
    expect(await read('calls')).toEqual(server.mock.calls)
    expect(await read('journal')).toMatchObject([{ method: 'POST', status: 201, body: lead }])
    expect(await read('x')).toEqual({ error: expect.stringContaining('GET /_mock/journal') })
  })

  it('takes replies', async () => {
    await using server = await served()
    const reply = (body: string, headers: Record<string, string> = json) =>
      fetch(`${server.controlUrl}/_mock/reply`, { method: 'POST', headers, body })
    expect(await (await reply('{"code":500}')).json()).toEqual({ queued: true })
    expect((await post(server.way, lead)).status).toBe(500)
    const wrong = await reply('{"code":418}')
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toEqual({ error: expect.stringContaining('no answer 418') })
    expect((await reply('{')).status).toBe(400)
    expect((await reply('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(server.way, lead)).status).toBe(201)
  })
})

describe('digame-mock', () => {
  /** What the command refuses in this process; it must end by itself. */
  const here = async (...args: string[]) => {
    const { signal } = new AbortController()
    const error = await runMockCommand(args, { out: () => {}, signal }).catch((error) => error)
    if (!(error instanceof MockCommandError)) throw new Error(`It ended with ${error}`)
    return [error.exitCode, error.message] as const
  }

  const start = (...args: string[]) => {
    const child = spawn(process.execPath, ['--conditions=source', 'src/bin.ts', ...args])
    const out: string[] = []
    const err: string[] = []
    const lines = createInterface({ input: child.stdout }).on('line', (line) => out.push(line))
    createInterface({ input: child.stderr }).on('line', (line) => err.push(line))
    return { child, out, err, ready: once(lines, 'line'), ended: once(child, 'close') }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at once on %s, open streams and all', async (signal) => {
    const { child, out, err, ready, ended } = start('--port', '0', '--no-control', '--json', '--seed', '5')
    await ready
    const { url, seed } = JSON.parse(out[0] ?? '')
    expect(seed).toBe(5)
    const stream = await get({ fetch: globalThis.fetch, url }, '/v1/call/concurrency/stream')
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    expect((await rejection(stream.text())).message).toBe('terminated')
    expect(err).toEqual([])
  })

  it.each([
    ['--colour red', 'There is no flag --colour; see digame-mock --help.'],
    ['--constructor', 'There is no flag --constructor; see digame-mock --help.'],
    ['-x', 'There is no flag -x; see digame-mock --help.'],
    ['--port 0x50', '--port "0x50" makes no sense: give a whole number from 0 to 65535, such as 4020.'],
    ['--port 1e3', '--port "1e3" makes no sense: give a whole number from 0 to 65535, such as 4020.'],
    ['4010', '"4010" is an argument too many: there are only flags; see digame-mock --help.'],
    ['--speed fast', '--speed "fast" makes no sense: give a number above 0, such as 10.'],
    ['--speed 0', '--speed "0" makes no sense: give a number above 0, such as 10.'],
    ['--speed -1', '--speed "-1" makes no sense: give a number above 0, such as 10.'],
    ['--speed=-1', '--speed "-1" makes no sense: give a number above 0, such as 10.'],
    ['--speed Infinity', '--speed "Infinity" makes no sense: give a number above 0, such as 10.'],
    ['--speed', '--speed needs a value after it; see digame-mock --help.'],
    ['--speed=', '--speed needs a value after it; see digame-mock --help.'],
    ['--speed --json', '--speed needs a value after it; see digame-mock --help.'],
    ['--json=1', '--json takes no value: give it alone.'],
    [
      '--list-delay -5',
      '--list-delay "-5" makes no sense: give a number of milliseconds from 0, such as 500.',
    ],
    [
      '--max-concurrent 0',
      '--max-concurrent "0" makes no sense: give a whole number from 1, such as 5; without the flag there is no limit.',
    ],
    ['--seed 1.5', '--seed "1.5" makes no sense: give a whole number, such as 7.'],
    ['--port 70000', '--port "70000" makes no sense: give a whole number from 0 to 65535, such as 4020.'],
    ['--vocabulary new', '--vocabulary "new" does not exist: give seed or 2026-07.'],
    ['--speed 2 --speed 3', '--speed is there twice: give it once.'],
    ['--json --json', '--json is there twice: give it once.'],
    [
      '--port 4020 --control-port 4020',
      '--port and --control-port are both 4020: give two different ones, or --no-control.',
    ],
    ['--port 4012', '--port and --control-port are both 4012: give two different ones, or --no-control.'],
    ['--no-control --control-port 1', '--no-control and --control-port contradict each other: give one.'],
  ])('refuses %s in one line', async (typed, line) => {
    expect(await here(...typed.split(' '))).toEqual([2, line])
  })

  it('refuses in one line as a process too', async () => {
    const { out, err, ended } = start('--speed', '-1', '--no\nflag')
    expect(await ended).toEqual([2, null])
    expect(err).toEqual(['digame-mock: There is no flag --no flag; see digame-mock --help.'])
    expect(out).toEqual([])
  })

  it('tells of a busy port in one line', async () => {
    await using mock = await createMock()
    const { port } = new URL(await mock.listen())
    const { err, ended } = start('--port', port)
    expect(await ended).toEqual([1, null])
    expect(err).toEqual([`digame-mock: Port ${port} is taken: give another --port.`])
    expect(await here('--port', '0', '--control-port', port)).toEqual([
      1,
      `Port ${port} is taken: give another --control-port.`,
    ])
  })

  it('tells of a host that is none in one line', async () => {
    const line = 'Cannot listen on "192.0.2.1" (EADDRNOTAVAIL): give another --host.'
    expect(await here('--port', '0', '--host', '192.0.2.1')).toEqual([1, line])
  })

  it('tells how it is used', async () => {
    const { out, ended } = start('--help')
    expect(await ended).toEqual([0, null])
    expect(out[0]).toBe('Usage: digame-mock [options]')
    for (const flag of ['port', 'speed', 'max-concurrent', 'list-delay', 'help']) {
      expect(out.join('\n')).toContain(`  --${flag} `)
    }
  })
})
