/** The packed packages, as a stranger gets them: installed in an empty folder outside the repository. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const packages = [
  'spec',
  'packages/client',
  'packages/mock',
  'packages/dialer',
  'packages/spec-diff',
  'apps/cli',
]
const { resolve } = createRequire(import.meta.url)
const tool = (name: string, path: string): string => join(dirname(resolve(`${name}/package.json`)), path)
const tsc = tool('typescript', 'bin/tsc')

let folder: string
const node = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  run(process.execPath, args, { cwd: folder })

const consumer = `
import { Diga, hasEnded, outcomeOf, type Call } from '@digame/client'
import { createMock } from '@digame/mock'

await using mock = await createMock({ speed: 200 })
const diga = new Diga({ apiKey: 'any', baseUrl: 'http://mock', fetch: mock.fetch })
const call: Call = await diga.calls.create({ from_number: '+34910000001', to_number: '+34612345678' })
const ended = await diga.calls.wait(call.id, { intervalMs: 5 })
console.log(hasEnded(ended), outcomeOf(ended))
mock.expectNoViolations()
`

/** The first block of code in a language: what a reader of the README copies. */
function firstBlock(readme: string, language: string): string {
  const block = new RegExp(`\\n\`\`\`${language}\\n([^]*?)\\n\`\`\`\\n`).exec(readme)?.[1]
  if (block === undefined) throw new Error(`The README has no block of ${language}.`)
  return block
}

const types = `
import type { paths } from './own-types.ts'
import type { components } from '@digame/spec'

type Placed = paths['/v1/call/']['post']['responses']['201']['content']['application/json']
const same = (call: Placed): components['schemas']['Call'] => call
console.log(typeof same)
`

const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ['node'],
  typeRoots: [join(dirname(resolve('@types/node/package.json')), '..')],
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digame-consumer-'))
  for (const path of packages) {
    await run('pnpm', ['pack', '--pack-destination', folder], { cwd: join(root, path) })
  }
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  expect(tarballs).toHaveLength(packages.length)
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  await writeFile(join(folder, 'consumer.ts'), consumer)
  await writeFile(join(folder, 'types.ts'), types)
  const env = { ...process.env, SCARF_ANALYTICS: 'false' }
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs.map((name) => `./${name}`)], {
    cwd: folder,
    env,
  })
  const readme = await readFile(join(folder, 'node_modules/@digame/dialer/README.md'), 'utf8')
  await writeFile(join(folder, 'people.csv'), firstBlock(readme, 'csv'))
  await writeFile(join(folder, 'call.ts'), firstBlock(readme, 'ts'))
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test('a consumer type-checks, also with types generated from the installed spec', async () => {
  const document = join(folder, 'node_modules/@digame/spec/openapi.yaml')
  await node(tool('openapi-typescript', 'bin/cli.js'), document, '--output', 'own-types.ts')
  await node(tsc, '--project', folder).catch(({ stdout }) => {
    throw new Error(stdout)
  })
}, 60_000)

test('a consumer places a call and waits for its end', async () => {
  const { stdout } = await node('consumer.ts')
  expect(stdout).toBe('true completed\n')
}, 60_000)

test("the first program of the dialer's README calls everybody in a CSV file once, in 25 lines", async () => {
  expect((await readFile(join(folder, 'call.ts'), 'utf8')).split('\n').length).toBeLessThanOrEqual(25)
  const first = await node('call.ts')
  expect(first.stdout).toMatch(/^{ planned: 2, duplicate: 1, suppressed: 0, recent: 0, rejected: 0 }\n/)
  const report = first.stdout.split('\r\n')
  expect(
    report.filter((line) => /^\d+,,'\+346\*{6}\d\d,done,completed,1,completed,/.test(line)),
  ).toHaveLength(2)
  expect(report.filter((line) => line.includes(',duplicate,'))).toHaveLength(1)
  // Nobody is called again: the report names the same calls.
  expect((await node('call.ts')).stdout).toBe(first.stdout)
}, 60_000)

test('the installed digame places a call against the mock', async () => {
  const bin = join('node_modules', '.bin', 'digame')
  const args = ['call', '+34612345678', '--from', '+34910000001', '--mock', '--json']
  const { stdout } = await run(bin, args, { cwd: folder })
  expect(JSON.parse(stdout)).toMatchObject({
    call: { status: 'dialing', contact: { identifier: '+34612345678' } },
  })
  const { version } = JSON.parse(await readFile(join(root, 'apps/cli/package.json'), 'utf8'))
  expect((await run(bin, ['--version'], { cwd: folder })).stdout.trim()).toBe(version)
}, 60_000)

test('the installed digame compares a document with the spec, and finds its own list of allowed differences', async () => {
  const bin = join('node_modules', '.bin', 'digame')
  const document = join('node_modules', '@digame', 'spec', 'openapi.yaml')
  const { stdout } = await run(bin, ['spec', 'diff', document, '--json'], { cwd: folder })
  const { differences, known, unused } = JSON.parse(stdout)
  expect([differences, known]).toEqual([[], []])
  expect(unused.length).toBeGreaterThan(0)
}, 60_000)

test('the client has one dependency, the spec none', async () => {
  const manifest = async (name: string): Promise<{ dependencies?: object }> =>
    JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
  expect(Object.keys((await manifest('@digame/client')).dependencies ?? {})).toEqual(['openapi-fetch'])
  expect(Object.keys((await manifest('@digame/spec')).dependencies ?? {})).toEqual([])
})

test('a spec of another release is refused by the installed mock', async () => {
  const document = join(folder, 'node_modules/@digame/spec/openapi.json')
  const text = await readFile(document, 'utf8')
  await writeFile(document, text.replace('"openapi": "3.1.0"', '"openapi": "3.1.1"'))
  const mock = run(join('node_modules', '.bin', 'digame'), ['mock', '--port', '0'], { cwd: folder })
  await expect(mock).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: The spec in \S+ is not the one [^\n]+ of one release\.\n$/),
  })
  await writeFile(document, text)
}, 60_000)
