/** The same behaviours on every runtime that the client supports, with the requests counted at the service. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createMock, type Mock } from '@digame/mock'
import { commands, workerd } from '@digame/test-runtimes'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line, Scenario } from '../faults/call-service.ts'
import { openSecureNetwork } from '../faults/http2.ts'
import { type Fault, type Network, openNetwork, respond } from '../faults/line.ts'
import type { Result, Services } from './behaviours.ts'

const run = promisify(execFile)

interface Expected {
  readonly fault: Fault
  readonly created: boolean
  readonly saw: unknown
  readonly posts: number
}

const doubt = { name: 'DigaConnectionError', placed: 'maybe' }
const found = { resolved: true }
const status = (code: number): { name: string; placed: string; status: number } => ({
  name: 'DigaApiError',
  placed: 'no',
  status: code,
})
const respondWith =
  (code: number, headers = {}): Fault =>
  (socket) =>
    void socket.write(respond(code, '', headers))

function onceLimited(): Fault {
  let limited = false
  return (socket, answer) => {
    socket.write(limited ? answer() : respond(429, '', { 'retry-after': '0' }))
    limited = true
  }
}

const expected = (): Record<string, Expected> => ({
  'reset on a reused connection': { fault: (s) => s.resetAndDestroy(), created: false, saw: doubt, posts: 1 },
  'closed on a reused connection': { fault: (s) => void s.end(), created: false, saw: doubt, posts: 1 },
  'reset, and the call was made': { fault: (s) => s.resetAndDestroy(), created: true, saw: found, posts: 1 },
  'responds with 500, and the call was made': {
    fault: respondWith(500),
    created: true,
    saw: found,
    posts: 1,
  },
  'silence, and the call was made': { fault: () => {}, created: true, saw: found, posts: 1 },
  'half a body': {
    fault: (s, answer) => void s.end(answer().subarray(0, -9)),
    created: true,
    saw: found,
    posts: 1,
  },
  'responds with 421': { fault: respondWith(421), created: false, saw: status(421), posts: 1 },
  'responds with 307': {
    fault: respondWith(307, { location: '/x/' }),
    created: false,
    saw: status(307),
    posts: 1,
  },
  'responds with 401': { fault: respondWith(401), created: false, saw: status(401), posts: 1 },
  'responds with 429 once': { fault: onceLimited(), created: false, saw: found, posts: 2 },
  'aborted in flight': {
    fault: () => {},
    created: true,
    saw: { name: 'DigaAbortError', placed: 'maybe' },
    posts: 1,
  },
  'shows neither key nor number': { fault: (s) => s.destroy(), created: false, saw: false, posts: 1 },
})

let network: Network
let mock: Mock
let live: string
let folder: string
let closedPort: number
beforeAll(async () => {
  const closed = await openNetwork()
  closedPort = closed.port
  await closed[Symbol.asyncDispose]()
  network = await openNetwork()
  mock = await createMock({ speed: 50 })
  live = await mock.listen()
  folder = await mkdtemp(join(tmpdir(), 'digame-runtimes-'))
  for (const name of ['command-entry', 'workerd-entry']) {
    await build({
      entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
      outfile: join(folder, `${name}.mjs`),
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      target: 'es2022',
      mainFields: ['module', 'main'],
      conditions: ['source'],
    })
  }
})
afterAll(async () => {
  await network[Symbol.asyncDispose]()
  await mock.close()
  mock.expectNoViolations()
  await rm(folder, { recursive: true, force: true })
})

interface Run {
  readonly services: Services
  readonly lines: Readonly<Record<string, { line: Line; expected: Expected }>>
}

function prepare(): Run {
  const lines = Object.fromEntries(
    Object.entries(expected()).map(([name, one]) => {
      const scenario: Scenario<Fault> = {
        fault: one.fault,
        created: one.created,
        list: 'echoes',
        clockOffsetMs: 0,
      }
      return [name, { line: network.open(scenario), expected: one }]
    }),
  )
  const services = Object.fromEntries(Object.entries(lines).map(([name, { line }]) => [name, line.baseUrl]))
  return {
    lines,
    services: {
      'follows a call to its end': live,
      'hears how many calls are live': live,
      'nobody listens': `http://127.0.0.1:${closedPort}`,
      ...services,
    },
  }
}

function judge(results: readonly Result[], { services, lines }: Run, unsent: unknown, kept: 0 | 1): void {
  expect(results.flatMap(({ name, error }) => (error ? [`${name}: ${error}`] : [])).join('\n')).toBe('')
  const saw = Object.fromEntries(results.map(({ name, saw }) => [name, saw]))
  expect(Object.keys(saw)).toEqual(Object.keys(services))
  expect(saw).toEqual({
    'follows a call to its end': {
      inOrder: true,
      outcome: 'completed',
      spoke: true,
      listed: true,
    },
    'hears how many calls are live': expect.any(Number),
    'nobody listens': unsent,
    ...Object.fromEntries(Object.entries(lines).map(([name, one]) => [name, one.expected.saw])),
  })
  const posts = Object.fromEntries(Object.entries(lines).map(([name, { line }]) => [name, line.posts]))
  expect(posts).toEqual(
    Object.fromEntries(Object.entries(lines).map(([name, one]) => [name, one.expected.posts])),
  )
  for (const [name, { line }] of Object.entries(lines)) {
    if (name.endsWith('on a reused connection')) expect({ [name]: line.kept }).toEqual({ [name]: kept })
  }
}

describe.each(Object.entries(commands))('%s', (name, [command, ...args]) => {
  test('places, follows and loses calls as promised', { timeout: 60_000 }, async () => {
    const prepared = prepare()
    const file = join(folder, 'command-entry.mjs')
    const { stdout } = await run(command, [...args, file, JSON.stringify(prepared.services)], {
      timeout: 50_000,
    })
    // Only Node shows whether a request left.
    const unsent = { name: 'DigaConnectionError', placed: name.startsWith('node') ? 'no' : 'maybe' }
    // Deno resends on a kept connection, so the client has Deno keep none.
    judge(JSON.parse(stdout), prepared, unsent, name === 'deno' ? 0 : 1)
  })
})

test('workerd places, follows and loses calls as promised', { timeout: 60_000 }, async () => {
  const prepared = prepare()
  const config = `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (modules = [(name = "worker", esModule = embed "workerd-entry.mjs")],
          compatibilityDate = "2026-01-01", globalOutbound = "loopback")),
        (name = "loopback", network = (allow = ["private", "local"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`
  await writeFile(join(folder, 'config.capnp'), config)
  const child = spawn(workerd, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  })
  try {
    const control = child.stdio[3]
    if (!control) throw new Error('workerd has no control channel')
    const [announcement] = await once(control, 'data')
    const { port } = JSON.parse(String(announcement).split('\n')[0] ?? '')
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: JSON.stringify(prepared.services),
    })
    judge(JSON.parse(await response.text()), prepared, { name: 'DigaConnectionError', placed: 'maybe' }, 1)
  } finally {
    child.kill()
    await once(child, 'exit')
  }
})

test('node 26 resends nothing after a 421 over HTTP/2', { timeout: 60_000 }, async () => {
  await using secure = await openSecureNetwork()
  const line = await secure.open({
    created: false,
    list: 'echoes',
    clockOffsetMs: 0,
    fault(stream) {
      stream.respond({ ':status': 421 })
      stream.end()
    },
  })
  await writeFile(join(folder, 'certificate.pem'), secure.certificate)
  const [command = ''] = commands['node 26'] ?? []
  const services = { '421 over HTTP/2': line.baseUrl }
  const { stdout } = await run(command, [join(folder, 'command-entry.mjs'), JSON.stringify(services)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem') },
    timeout: 50_000,
  })
  const results: Result[] = JSON.parse(stdout)
  expect(results.map(({ saw, error }) => error ?? saw)).toEqual([status(421)])
  expect(line.posts).toBe(1)
})
