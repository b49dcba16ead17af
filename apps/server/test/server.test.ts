import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createMock } from '@digame/mock'
import { afterEach, expect, test, vi } from 'vitest'

// Processes are slow to start on a busy machine.
vi.setConfig({ testTimeout: 20_000 })

const folder = fileURLToPath(new URL('..', import.meta.url))
const good = {
  DIGA_API_KEY: 'any',
  DIGA_BASE_URL: 'http://127.0.0.1:9',
  DIGA_FROM: '+34910000001',
  PORT: '0',
}

let server: ChildProcess | undefined

afterEach(() => {
  server?.kill('SIGKILL')
  server = undefined
})

/** Starts the server with exactly this environment. */
function start(env: Readonly<Record<string, string>>): { process: ChildProcess; stderr: () => string } {
  const { execPath } = process
  const child = spawn(execPath, ['--conditions=source', 'src/server.ts'], { cwd: folder, env })
  server = child
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return { process: child, stderr: () => text }
}

async function urlOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The server has no stdout')
  for await (const line of createInterface(child.stdout)) {
    const url = /listening at (http:[^"]+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('The server ended before it listened')
}

test.each([
  ['DIGA_FROM', ''],
  ['DIGA_API_KEY', ''],
])('%s=%j exits with 2 after one line', async (name, value) => {
  const { process, stderr } = start({ ...good, [name]: value })
  const [code] = await once(process, 'close')
  expect(code).toBe(2)
  expect(stderr()).toMatch(/^[^\n]+\.\n$/)
  expect(stderr()).toContain(name)
})

test.each([
  ['DIGA_API_KEY', ' ', /^DIGA_API_KEY must be the API key; /],
  ['DIGA_API_KEY', 'two words', /^DIGA_API_KEY must be .+: copy it again\.$/m],
  ['DIGA_BASE_URL', '', /^DIGA_BASE_URL must look like .+ leave it out for the real service\.$/m],
  ['DIGA_BASE_URL', '127.0.0.1:4010', /^DIGA_BASE_URL must look like http:\/\/127\.0\.0\.1:4010, /],
  ['DIGA_BASE_URL', 'https://ana:SECRET@diga.test', /^DIGA_BASE_URL must look like /],
])('%s=%j is reported by the name of the variable', async (name, value, message) => {
  const { process, stderr } = start({ ...good, [name]: value })
  const [code] = await once(process, 'close')
  expect(code).toBe(2)
  expect(stderr()).toMatch(/^[^\n]+\.\n$/)
  expect(stderr()).toMatch(message)
  expect(stderr()).not.toMatch(/new Diga|SECRET/)
})

test('the commands of the README exist and need only npm', async () => {
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8')
  const blocks = [...(await read('README.md')).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) =>
    text?.trim(),
  )
  expect(blocks).toEqual([
    expect.stringMatching(/^npx pnpm mock( |$)/),
    'DIGA_BASE_URL=http://127.0.0.1:4010 DIGA_API_KEY=any DIGA_FROM=+34910000001 npx pnpm --filter @digame/server start',
  ])
  expect(JSON.parse(await read('../../package.json')).scripts).toHaveProperty('mock')
  expect(JSON.parse(await read('package.json'))).toMatchObject({
    name: '@digame/server',
    scripts: { start: expect.any(String) },
  })
})

test('a port in use exits with 1 after one line', async () => {
  await using mock = await createMock()
  const { port } = new URL(await mock.listen())
  const { process, stderr } = start({ ...good, PORT: port })
  const [code] = await once(process, 'close')
  expect(code).toBe(1)
  expect(stderr()).toMatch(/^Cannot listen on 127\.0\.0\.1:\d+: [^\n]+\n$/)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends the process at once, even with a stream open',
  async (signal) => {
    await using mock = await createMock()
    const { process } = start({ ...good, DIGA_BASE_URL: await mock.listen() })
    const url = await urlOf(process)
    const page = await (await fetch(url)).text()
    const token = /id="token" value="([^"]+)"/.exec(page)?.[1]
    const response = await fetch(`${url}/api/callbacks`, {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/json' },
      body: JSON.stringify({ token, name: 'Ana', phone: '612345678', consent: true }),
    })
    const { id } = (await response.json()) as { id: string }
    const events = await fetch(`${url}/api/callbacks/${id}/events`)
    expect(events.status).toBe(200)

    process.kill(signal)
    const [[code]] = await Promise.all([once(process, 'close'), events.text().catch(() => '')])
    expect(code).toBe(0)
    expect(mock.counts.posts).toBeLessThanOrEqual(1)
    mock.expectNoViolations()
  },
)
