import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMock, type Fault, type MockOptions, testNumbers } from '@digame/mock'
import { expect, it } from 'vitest'
import { rejection } from './http.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const folder = join(root, 'test/examples')
const run = (...args: string[]) =>
  execFileSync(process.execPath, ['--conditions=source', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: 'pipe',
  })

it('the README shows the examples', () => {
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)
  const examples = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
  expect(blocks.sort()).toEqual(examples.sort())
})

it('the quick start runs', () => {
  expect(run(`${folder}/quick-start.ts`)).toBe('201 dialing\n200\n')
})

it('the example of a changed contract runs', () => {
  expect(run(`${folder}/changed-contract.ts`)).toBe('201\n')
})

it('the example of node:test passes', () => {
  expect(run('--test', '--test-reporter=tap', `${folder}/node-test.ts`)).toMatch(/^# pass 1$/m)
})

it('the README lists the test numbers', () => {
  const rows = [...readme.matchAll(/^\| (\+34\d+) \| (.+) \|$/gm)].map(([, number, what]) => [number, what])
  expect(rows).toEqual(Object.entries(testNumbers).map(([number, { what }]) => [number, what]))
})

it('the README lists the options', async () => {
  const [, section = ''] = readme.split('## Options\n')
  const [own = ''] = section.split('\n## ')
  const names = [...own.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  const { message } = await rejection(createMock({ '': 0 } as MockOptions))
  const [, list = ''] = message.split('; there are ')
  expect(names.sort()).toEqual(list.split(', ').sort())
})

it('the README lists the faults', async () => {
  const [, table = ''] = readme.split('| fault | what the client sees |\n|---|---|\n')
  const [own = ''] = table.split('\n\n')
  const names = [...own.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  await using mock = await createMock()
  expect(() => mock.reply({ fault: 'none' as Fault })).toThrow(
    `There is no fault "none"; there are ${names.join(', ')}`,
  )
})

it('the commands in the README exist', () => {
  const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code ?? '')
  const typed = blocks.join('').trim().split('\n')
  const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
  const { scripts, packageManager } = json('../../package.json')
  expect(scripts.mock).toBe('node --conditions=source apps/cli/src/bin.ts mock')
  expect(typed).toEqual([
    `npx --yes ${packageManager} install`,
    'npx pnpm mock --speed 10',
    'npx digame mock --speed 10',
    'npx pnpm exec node --conditions=source packages/mock/test/load.ts',
  ])
  expect(existsSync(join(root, 'test/load.ts'))).toBe(true)
})
