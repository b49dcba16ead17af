import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { exitCodes } from '../src/exit-codes.ts'
import { from, refuseToLoad, to } from './helpers.ts'

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const source = '--conditions=source'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs bin.ts in its own process. A listener is called with the whole text of its output each time more arrives. */
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

test('--version and --help load neither the client nor the mock', async () => {
  const { version } = JSON.parse(readFileSync(file('package.json'), 'utf8'))
  const args = [source, refuseToLoad]
  expect(await bin(['--version'], args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  expect(await bin(['call', '--help'], args)).toMatchObject({ code: 0, stderr: '' })
  expect(await bin(['call', to, '--from', from], args)).toMatchObject({ code: 1, stdout: '' })
})

test('an unknown flag exits 2', async () => {
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

test.for(['SIGINT', 'SIGTERM'] as const)('%s ends the mock at once with exit code 0', async (signal) => {
  const argv = ['mock', '--port', '0', '--control-port', '0']
  const ended = await bin(argv, [source], undefined, (text, child) => {
    if (text.includes('/_mock/')) child.kill(signal)
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
})

interface Written {
  readonly code: number | null
  readonly stderr: string
}

/** Runs bin.ts with a stdout that cannot be written: a full disk, or a pipe whose reader has gone. */
function binWithout(stdout: 'full' | 'closed', argv: readonly string[]): Promise<Written> {
  return new Promise((resolve, reject) => {
    const full = stdout === 'full' ? openSync('/dev/full', 'w') : undefined
    const child = spawn(process.execPath, [source, file('src/bin.ts'), ...argv], {
      env: {},
      stdio: ['ignore', full ?? 'pipe', 'pipe'],
    })
    if (full !== undefined) closeSync(full)
    child.stdout?.destroy()
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', reject).on('close', (code) => resolve({ code, stderr }))
  })
}

const placeInMock = ['call', to, '--from', from, '--mock']
const mockAdvice = 'It was the mock, and nobody was called.'

// Only Linux has /dev/full.
const isLinux = process.platform === 'linux'

describe('a stdout that cannot be written', () => {
  test.for([...(isLinux ? [['full', 'ENOSPC'] as const] : []), ['closed', 'EPIPE'] as const])(
    'does not make a placed call look unplaced: %s',
    async ([stdout, code]) => {
      const written = await binWithout(stdout, placeInMock)
      expect(written.stderr).toMatch(/^calling /)
      expect(written.stderr.split('\n').slice(1)).toEqual([
        `error: Cannot write to stdout (${code}).`,
        mockAdvice,
        '',
      ])
      expect(written.code).toBe(5)
    },
  )

  test.for([...(isLinux ? (['full'] as const) : []), 'closed' as const])(
    'leaves the id of the call in JSON on stderr: %s',
    async (stdout) => {
      const { code, stderr } = await binWithout(stdout, [...placeInMock, '--json'])
      const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
      expect(error).toMatchObject({ name: 'FailedError', code: 'STDOUT_FAILED', advice: mockAdvice })
      expect(error.callId).toMatch(/^[\da-f-]{36}$/)
      expect(code).toBe(5)
    },
  )

  test.runIf(isLinux)('fails in one line where no call was placed', async () => {
    const help = await binWithout('full', ['call', '--help'])
    expect(help).toEqual({ code: 1, stderr: 'error: Cannot write to stdout (ENOSPC).\n' })
  })

  test('ends quietly with 1 where the reader has gone and no call was placed', async () => {
    expect(await binWithout('closed', ['call', '--help'])).toEqual({ code: 1, stderr: '' })
  })
})

test('the README lists the exit codes', () => {
  const readme = readFileSync(file('README.md'), 'utf8')
  const listed = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
  expect(listed).toEqual(Object.values(exitCodes))
})
