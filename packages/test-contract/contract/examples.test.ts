/** Every example of the spec, judged by Ajv in the dialect 2020-12 and by Redocly. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isRecord } from '@digame/internal'
import { makeTemporaryFolder } from '@digame/test-support'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createValidator, keysAt, locate, type Node, type Pointer, spec } from './document.ts'
import { expectNone } from './expect-none.ts'
import { redocly } from './redocly.ts'

interface Example {
  readonly name: string
  readonly schema: Pointer
  readonly value: unknown
}

/** Everything under `example` and `examples`: by name in media types and parameters, in a list in schemas. */
function examplesIn(node: unknown, at: Pointer = []): Example[] {
  if (Array.isArray(node)) return node.flatMap((child, index) => examplesIn(child, [...at, String(index)]))
  if (!isRecord(node)) return []
  const { examples, example, schema, ...rest } = node
  const judgedBy = isRecord(schema) ? [...at, 'schema'] : at
  const found: Example[] = []
  const add = (value: unknown, ...where: string[]) =>
    found.push({ name: [...at, ...where].join(' '), schema: judgedBy, value })
  if (example !== undefined) add(example, 'example')
  if (Array.isArray(examples)) for (const [index, value] of examples.entries()) add(value, String(index))
  else if (isRecord(examples) && isRecord(schema)) {
    for (const key of Object.keys(examples)) add(locate([...at, 'examples', key]).node['value'], key)
  }
  const inner = isRecord(schema) ? { ...rest, schema } : rest
  return [...found, ...Object.entries(inner).flatMap(([key, child]) => examplesIn(child, [...at, key]))]
}

const examples = examplesIn(spec)
const validate = createValidator()

/** Every object at or below a node. */
const nodesIn = (node: unknown): Node[] => {
  if (Array.isArray(node)) return node.flatMap(nodesIn)
  return isRecord(node) ? [node, ...Object.values(node).flatMap(nodesIn)] : []
}

test('every body and every pattern has an example', () => {
  const nodes = nodesIn(spec)
  const bodies = nodes
    .flatMap(({ content }) => (isRecord(content) ? Object.values(content).filter(isRecord) : []))
    .filter(({ schema }) => isRecord(schema))
  const patterned = nodes.filter(({ pattern }) => typeof pattern === 'string')
  expect(bodies.length).toBeGreaterThan(10)
  expect(patterned.length).toBeGreaterThan(1)
  for (const node of [...bodies, ...patterned]) {
    expect(keysAt(node, 'examples'), JSON.stringify(node)).not.toEqual([])
  }
})

describe('Ajv', () => {
  test.each(examples)('accepts $name', ({ schema, value }) => {
    expectNone(validate(schema, value))
  })

  test.each(examples)('refuses another type in place of $name', ({ schema, value }) => {
    expect(validate(schema, typeof value === 'number' ? 'seven' : 7.5)).not.toEqual([])
  })

  const schema = ['components', 'schemas', 'Call']
  const { node: call } = locate(['components', 'examples', 'CallCompleted', 'value'])
  const { id: _, ...withoutId } = call
  test.each<[string, object]>([
    ['an id that is not a uuid', { ...call, id: '7' }],
    ['an unknown status', { ...call, status: 'evaporated' }],
    ['a date that is not a date', { ...call, created_date: 'yesterday' }],
    ['a call without an id', withoutId],
  ])('refuses %s', (_, broken) => {
    expectNone(validate(schema, call))
    expect(validate(schema, broken)).not.toEqual([])
  })
})

describe('Redocly', () => {
  const { resolve } = createRequire(import.meta.url)
  const folderOfSpec = dirname(resolve('@digame/spec/openapi.yaml'))

  /** Lints the spec with one node changed; returns the rules that it breaks. */
  async function lint(pointer: Pointer = [], change: Node = {}): Promise<{ code: number; rules: string[] }> {
    await using temporary = await makeTemporaryFolder('lint')
    const folder = temporary.path
    const document: Node = parse(await readFile(join(folderOfSpec, 'openapi.yaml'), 'utf8'))
    Object.assign(locate(pointer, document).node, change)
    await cp(join(folderOfSpec, 'redocly.yaml'), join(folder, 'redocly.yaml'))
    await writeFile(join(folder, 'openapi.yaml'), stringify(document))
    const { code, output } = await redocly(folder, 'lint', 'openapi.yaml', '--format', 'json')
    const report: { problems: { ruleId: string; severity: string }[] } = JSON.parse(
      output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1),
    )
    return { code, rules: report.problems.map(({ ruleId, severity }) => `${severity} ${ruleId}`) }
  }

  test('accepts them all', async () => {
    expect(await lint()).toEqual({ code: 0, rules: [] })
  })

  const dialing = ['components', 'examples', 'CallDialing', 'value']
  const media = ['paths', '/v1/call/', 'post', 'requestBody', 'content', 'application/json']
  test.each<[string, string, Pointer, Node]>([
    ['a response with an id that is not a uuid', 'no-invalid-media-type-examples', dialing, { id: '7' }],
    ['a response with an unknown field', 'no-invalid-media-type-examples', dialing, { phone_id: null }],
    [
      'a request to something that is not a phone number',
      'no-invalid-media-type-examples',
      [...media, 'examples', 'everything', 'value'],
      { to_number: '112' },
    ],
    [
      'an example of a schema that does not match its pattern',
      'no-invalid-schema-examples',
      ['components', 'schemas', 'SpanishNumber'],
      { examples: ['+14155550100'] },
    ],
    [
      'an example of a parameter that is not one of its values',
      'no-invalid-parameter-examples',
      ['components', 'parameters', 'Order'],
      { examples: { no: { value: 'up' } } },
    ],
  ])('refuses %s', async (_, rule, pointer, change) => {
    const { code, rules } = await lint(pointer, change)
    expect(new Set(rules)).toEqual(new Set([`error ${rule}`]))
    expect(code).toBe(1)
  })
})
