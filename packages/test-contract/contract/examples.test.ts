/** Every example of the spec, judged by Ajv in the dialect 2020-12 and by Redocly. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createValidator, locate, type Pointer } from './document.ts'
import { redocly } from './redocly.ts'

interface Example {
  readonly name: string
  readonly schema: Pointer
  readonly value: unknown
}

type Node = Readonly<Record<string, unknown>>

const isNode = (node: unknown): node is Node => typeof node === 'object' && node !== null

/** Everything under `example` and `examples`: of media types and parameters by name, of schemas in a list. */
function examplesIn(node: unknown, at: Pointer = []): Example[] {
  if (!isNode(node)) return []
  const { examples, example, schema, ...rest } = node
  const judgedBy = isNode(schema) ? [...at, 'schema'] : at
  const found: Example[] = []
  const add = (value: unknown, ...where: string[]) =>
    found.push({ name: [...at, ...where].join(' '), schema: judgedBy, value })
  if (example !== undefined) add(example, 'example')
  if (Array.isArray(examples)) for (const [index, value] of examples.entries()) add(value, String(index))
  else if (isNode(examples) && isNode(schema)) {
    for (const key of Object.keys(examples)) add(locate([...at, 'examples', key]).node['value'], key)
  }
  const inner = isNode(schema) ? { ...rest, schema } : rest
  return [...found, ...Object.entries(inner).flatMap(([key, child]) => examplesIn(child, [...at, key]))]
}

const examples = examplesIn(document)
const validate = createValidator()

/** Every node at or below one. */
const nodesIn = (node: unknown): Node[] =>
  isNode(node) ? [node, ...Object.values(node).flatMap((child) => nodesIn(child))] : []

test('every body and every pattern has an example', () => {
  const nodes = nodesIn(document)
  const bodies = nodes
    .flatMap(({ content }) => (isNode(content) ? Object.values(content) : []))
    .filter((media): media is Node => isNode(media) && isNode(media['schema']))
  const patterned = nodes.filter(({ pattern }) => typeof pattern === 'string')
  expect(bodies.length).toBeGreaterThan(10)
  expect(patterned.length).toBeGreaterThan(1)
  for (const node of [...bodies, ...patterned]) {
    expect(Object.keys(node['examples'] ?? {}), JSON.stringify(node)).not.toEqual([])
  }
})

describe('Ajv', () => {
  test.each(examples)('accepts $name', ({ schema, value }) => {
    expect(validate(schema, value)).toEqual([])
  })

  test.each(examples)('refuses something else in place of $name', ({ schema, value }) => {
    expect(validate(schema, typeof value === 'number' ? 'seven' : 7.5)).not.toEqual([])
  })

  const call = ['components', 'schemas', 'Call']
  const { value } = locate(['components', 'examples', 'CallCompleted']).node
  const { id: _, ...nameless } = value as { id: string }
  test.each<[string, object]>([
    ['an id that is no uuid', { ...(value as object), id: '7' }],
    ['a status that does not exist', { ...(value as object), status: 'evaporated' }],
    ['a moment that is none', { ...(value as object), created_date: 'yesterday' }],
    ['a call without an id', nameless],
  ])('refuses %s', (_, broken) => {
    expect(validate(call, value)).toEqual([])
    expect(validate(call, broken)).not.toEqual([])
  })
})

describe('Redocly', () => {
  const { resolve } = createRequire(import.meta.url)
  const spec = dirname(resolve('@digame/spec/openapi.yaml'))

  /** What Redocly's rules say of the document after an edit. */
  async function lint(edit: (document: never) => void): Promise<{ code: number; rules: string[] }> {
    const folder = await mkdtemp(join(tmpdir(), 'digame-lint-'))
    try {
      const edited = parse(await readFile(join(spec, 'openapi.yaml'), 'utf8'))
      edit(edited as never)
      await cp(join(spec, 'redocly.yaml'), join(folder, 'redocly.yaml'))
      await writeFile(join(folder, 'openapi.yaml'), stringify(edited))
      const { code, output } = await redocly(folder, 'lint', 'openapi.yaml', '--format', 'json')
      const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as {
        problems: { ruleId: string; severity: string }[]
      }
      return { code, rules: report.problems.map(({ ruleId, severity }) => `${severity} ${ruleId}`) }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('accepts them all', async () => {
    expect(await lint(() => {})).toEqual({ code: 0, rules: [] })
  })

  type Edited = Record<string, Record<string, Record<string, never>>>
  const placing = (document: Edited) => (document as never)['paths']['/v1/call/']['post']
  test.each<[string, string, (document: Edited) => void]>([
    [
      'an answer with an id that is no uuid',
      'no-invalid-media-type-examples',
      ({ components }) =>
        Object.assign(components?.['examples']?.['CallDialing']?.['value'] ?? {}, { id: '7' }),
    ],
    [
      'an answer with a field that does not exist',
      'no-invalid-media-type-examples',
      ({ components }) =>
        Object.assign(components?.['examples']?.['CallDialing']?.['value'] ?? {}, { phone_id: null }),
    ],
    [
      'a request to a number that is none',
      'no-invalid-media-type-examples',
      (document) => {
        const { examples } = placing(document)['requestBody']['content']['application/json'] as Edited
        Object.assign(examples?.['everything']?.['value'] ?? {}, { to_number: '112' })
      },
    ],
    [
      'an example of a schema that its pattern refuses',
      'no-invalid-schema-examples',
      ({ components }) =>
        Object.assign(components?.['schemas']?.['SpanishNumber'] ?? {}, { examples: ['+14155550100'] }),
    ],
    [
      'an example of a parameter that is none of its values',
      'no-invalid-parameter-examples',
      ({ components }) =>
        Object.assign(components?.['parameters']?.['Order'] ?? {}, { examples: { no: { value: 'up' } } }),
    ],
  ])('refuses %s', async (_, rule, edit) => {
    const { code, rules } = await lint(edit as never)
    expect(new Set(rules)).toEqual(new Set([`error ${rule}`]))
    expect(code).toBe(1)
  })
})
