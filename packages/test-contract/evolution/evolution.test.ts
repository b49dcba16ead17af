/**
 * The service changes its API: after you edit `openapi.yaml` and run the generator, the compiler names each place that has to
 * decide something, and no other.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createSchemaCompiler, root, sourcesIn } from '../schema-compiler.ts'
import { changes } from './changes.ts'
import { generateTypes } from './generated.ts'

/** The sources that see the spec's types, and the test that compares them with the contract. */
const folders = ['packages/client', 'packages/mock', 'packages/spec-diff', 'apps/cli', 'apps/server']
const compile = createSchemaCompiler([
  ...folders.flatMap((folder) => sourcesIn(`${folder}/src`)),
  'packages/dialer/src/client.ts',
  'apps/server/public/words.js',
  'packages/test-contract/contract/terms.ts',
  'packages/test-contract/contract/types.test.ts',
])

/** Leaves the bodies of types out of a message, innermost first: they make it long, and only its beginning says anything. */
function shorten(message: string): string {
  const shorter = message.replace(/\{ [^{}]* \}/g, '…').replace(/<[^<>]*[^<>…][^<>]*>/g, '<…>')
  return shorter === message ? message : shorten(shorter)
}

/** The errors with these types, as `file: message`, each once. */
const errorsWith = (schema = ''): readonly string[] => {
  const errors = Array.from(
    compile(schema),
    ({ file, message }) => `${file}: ${shorten(message.split('\n')[0] ?? '')}`,
  )
  return [...new Set(errors)]
}

let document: string
let types: readonly string[]

beforeAll(async () => {
  document = await readFile(join(root, 'spec/openapi.yaml'), 'utf8')
  types = await generateTypes(root, [document, ...changes.map(({ from, to }) => document.replace(from, to))])
}, 120_000)

test('the spec as it is has no error', () => {
  expect(errorsWith(types[0])).toEqual([])
})

test.each(changes.map((change, index) => ({ ...change, index })))('$name', ({ from, index, errors }) => {
  expect(document.split(from)).toHaveLength(2)
  const found = errorsWith(types[index + 1])
  expect(found.toSorted()).toEqual(errors.toSorted())
  expect(found).not.toEqual([])
  for (const error of found) expect(error.length).toBeLessThanOrEqual(200)
})
