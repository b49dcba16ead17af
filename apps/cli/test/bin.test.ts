import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exitCodes } from '../src/exit-codes.ts'
import { from, to } from './helpers.ts'

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const source = '--conditions=source'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs bin.ts in a process of its own; the listeners are told of all that an output has got, each time it gets more. */
function bin(
  argv: readonly string[],
  conditions: readonly string[],
  onStderr?: (text: string, child: ChildProcess) => void,
  onStdout?: (text: string, child: ChildProcess) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...conditions, file('src/bin.ts'), ...argv], { env: {} })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      onStdout?.(stdout, child)
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
      onStderr?.(stderr, child)
    })
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Refuses to load the client and the mock, except for the list of values that the help shows. */
const refuseToLoad = `import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    if (/packages.(client.src.(?!values)|mock)/.test(url)) throw new Error('loads ' + url)
    return next(url, context)
  },
})`

test('--version and --help load neither the client nor the mock', async () => {
  const { version } = JSON.parse(readFileSync(file('package.json'), 'utf8'))
  const args = [source, `--import=data:text/javascript,${encodeURIComponent(refuseToLoad)}`]
  expect(await bin(['--version'], args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  expect(await bin(['call', '--help'], args)).toMatchObject({ code: 0, stderr: '' })
  expect(await bin(['call', to, '--from', from], args)).toMatchObject({ code: 1, stdout: '' })
})

test('a bad flag exits 2', async () => {
  const { code, stdout, stderr } = await bin(['call', to, '--from', from, '--mock', '--wat'], [source])
  expect([code, stdout, stderr]).toEqual([2, '', 'error: There is no flag --wat; did you mean --wait?\n'])
})

test.for(['SIGINT', 'SIGTERM'] as const)('%s while waiting exits 130', async (signal) => {
  const argv = ['call', to, '--from', from, '--mock', '--mock-speed', '1', '--wait']
  const { code, stdout, stderr } = await bin(argv, [source], (text, child) => {
    if (text.endsWith('dialing\n')) child.kill(signal)
  })
  expect(stderr).toMatch(/\ndialing\ninterrupted: .*\nIt was the mock, and nobody was called\.\n$/)
  expect(stdout).toBe('')
  expect(code).toBe(130)
})

test.for(['SIGINT', 'SIGTERM'] as const)('%s ends the mock at once, and well', async (signal) => {
  const argv = ['mock', '--port', '0', '--control-port', '0']
  const ended = await bin(argv, [source], undefined, (text, child) => {
    if (text.includes('/_mock/')) child.kill(signal)
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
})

test('a reader of stdout that has gone does not make a placed call look unplaced', async () => {
  const closing = new Promise<number | null>((resolve) => {
    const child = spawn(
      process.execPath,
      [source, file('src/bin.ts'), 'call', to, '--from', from, '--mock'],
      {
        env: {},
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    child.stdout.destroy()
    child.on('close', resolve)
  })
  expect(await closing).toBe(5)
})

test('the README tells the exit codes', () => {
  const readme = readFileSync(file('README.md'), 'utf8')
  const told = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
  expect(told).toEqual(Object.values(exitCodes))
})
