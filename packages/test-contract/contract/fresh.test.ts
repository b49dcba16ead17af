/** A copy of the workspace whose spec is edited without `pnpm generate`, or comes from elsewhere. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Ended, run } from './digame.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const call = ['call', '+34612345678', '--from', '+34910000001', '--mock']

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digame-copy-'))
  const filter = (path: string): boolean => !['dist', 'test', '.turbo', '.report'].includes(basename(path))
  for (const path of [
    'spec',
    'packages/client',
    'packages/internal',
    'packages/mock',
    'apps/cli',
    'tsconfig.json',
    'package.json',
  ])
    await cp(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true, filter })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const generate = (...flags: string[]): Promise<Ended> => run(['spec/generate.ts', ...flags], {}, folder)
const digame = (): Promise<Ended> => run(['apps/cli/src/bin.ts', ...call], {}, folder)
const mock = (): Promise<Ended> =>
  run(['packages/mock/src/bin.ts', '--port', '0', '--no-control'], {}, folder)

async function edit(path: string, from: string, to: string): Promise<void> {
  const file = join(folder, 'spec', path)
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replace(from, to))
}

const refusal = /^[\w-]+: The spec in \S+ is not the one that this mock was made with: [^\n]+\n$/

async function expectRefusal(): Promise<void> {
  const ended = await Promise.all([mock(), digame()])
  expect(ended).toMatchObject([
    { code: 1, stdout: '' },
    { code: 2, stdout: '' },
  ])
  for (const { stderr } of ended) {
    expect(stderr).toMatch(refusal)
    expect(stderr).toContain(join(folder, 'spec'))
    expect(stderr).toContain('pnpm generate')
  }
}

test('what is committed is fresh, and the mock takes it', async () => {
  expect(await generate('--check')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await digame()).toMatchObject({ code: 0 })
})

test('a spec edited without pnpm generate is refused until it has run', async () => {
  await edit('openapi.yaml', 'maximum: 1000', 'maximum: 999')
  await expectRefusal()
  const { code, stderr } = await generate('--check')
  expect([code, stderr]).toEqual([1, expect.stringMatching(/openapi\.json.*`pnpm generate` and commit\.\n$/)])
  // What an install does must not hide it.
  expect(await generate('--hash')).toMatchObject({ code: 0 })
  await expectRefusal()
  expect(await generate()).toMatchObject({ code: 0 })
  expect(await generate('--check')).toMatchObject({ code: 0 })
  expect(await digame()).toMatchObject({ code: 0 })
})

test('a document of another version than the types is refused', async () => {
  await edit('openapi.json', '"version": "0.1.0"', '"version": "0.1.1"')
  await expectRefusal()
})

test('types edited by hand are seen, also by an install', async () => {
  await edit('src/schema.ts', 'to_number', 'to_numbre')
  expect((await generate('--check')).stderr).toContain('spec/src/schema.ts')
  await generate('--hash')
  await expectRefusal()
})

test('an install makes the hash, the same every time', async () => {
  const hash = join(folder, 'spec/src/hash.ts')
  const before = await readFile(hash, 'utf8')
  await rm(hash)
  expect((await generate('--check')).stderr).toContain('spec/src/hash.ts')
  await generate('--hash')
  expect(await readFile(hash, 'utf8')).toBe(before)
})
