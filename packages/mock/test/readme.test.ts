import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { testNumbers } from '@digame/mock'
import { expect, it } from 'vitest'

const readme = readFileSync('README.md', 'utf8')
const folder = 'test/examples'
const run = (...args: string[]) =>
  execFileSync(process.execPath, ['--conditions=source', ...args], { encoding: 'utf8', stdio: 'pipe' })

it('the code in the README is the examples', () => {
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)
  const examples = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
  expect(blocks.sort()).toEqual(examples.sort())
})

it('the quick start runs', () => {
  expect(run(`${folder}/quick-start.ts`)).toBe('201 dialing\n200\n')
})

it('the example of node:test passes', () => {
  expect(run('--test', '--test-reporter=tap', `${folder}/node-test.ts`)).toMatch(/^# pass 1$/m)
})

it('the table in the README is the test numbers', () => {
  const rows = [...readme.matchAll(/^\| (\+34\d+) \| (.+) \|$/gm)].map(([, number, what]) => [number, what])
  expect(rows).toEqual(Object.entries(testNumbers).map(([number, { what }]) => [number, what]))
})

it('the usage in the README is what the command prints', () => {
  expect(readme).toContain(run('src/bin.ts', '--help').trim())
})
