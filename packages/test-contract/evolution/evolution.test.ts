/**
 * The service changes its API: whoever edits `openapi.yaml` and runs the generator is led by the compiler to each place that
 * has to decide something, and to no other.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { changes } from './changes.ts'
import { createCompiler } from './compiler.ts'
import { generateTypes } from './generated.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const compile = createCompiler(root)
let document: string
let types: readonly string[]

beforeAll(async () => {
  document = await readFile(join(root, 'spec/openapi.yaml'), 'utf8')
  types = await generateTypes(root, [document, ...changes.map(({ from, to }) => document.replace(from, to))])
}, 120_000)

test('the spec as it is has no error', () => {
  expect(compile(types[0] ?? '')).toEqual([])
})

test.each(changes.map((change, index) => ({ ...change, index })))('$name', ({ from, index, errors }) => {
  expect(document.split(from)).toHaveLength(2)
  const found = compile(types[index + 1] ?? '')
  expect(found.toSorted()).toEqual(errors.toSorted())
  expect(found).not.toEqual([])
  for (const error of found) expect(error.length).toBeLessThanOrEqual(200)
})
