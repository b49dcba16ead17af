/**
 * Changes of the spec, one at a time, found by walking it: each is a contract that the service could have moved to.
 *
 * The same document gives the same mutants under the same names, whatever else is in it.
 */
type Node = Record<string, unknown>
type Pointer = readonly string[]

export interface Mutant {
  /** What changed and where; names the mutant for good. */
  readonly name: string
  readonly operator: string
  readonly document: () => object
}

type Edit = (node: Node, root: Node) => void

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const at = (root: unknown, pointer: Pointer): Node =>
  pointer.reduce<unknown>((node, name) => (node as Node)[name], root) as Node

/** Takes a key out of a node, or puts another in its place, where it stood. */
function rekey(node: Node, key: string, name?: string): void {
  const entries = Object.entries(node).flatMap(([one, value]) =>
    one === key ? (name === undefined ? [] : [[name, value] as const]) : [[one, value] as const],
  )
  for (const one of Object.keys(node)) delete node[one]
  Object.assign(node, Object.fromEntries(entries))
}

const listed = (node: Node, key: string): string[] => [...((node[key] as string[] | undefined) ?? [])]

const toggled = (list: readonly string[], one: string): string[] =>
  list.includes(one) ? list.filter((other) => other !== one) : [...list, one]

/** The types of a schema, and those that it has with null and without it. */
const typesOf = ({ type }: Node): string[] =>
  Array.isArray(type) ? type : typeof type === 'string' ? [type] : []

const asType = (types: readonly string[]): unknown => (types.length === 1 ? types[0] : types)

const otherType: Readonly<Record<string, string>> = {
  string: 'integer',
  integer: 'string',
  boolean: 'string',
  object: 'string',
  array: 'object',
}

type Change = readonly [operator: string, what: string, edit: Edit]

/** What can change in one schema, apart from those within it. */
function* schemaChanges(schema: Node): Generator<Change> {
  const { properties, format, pattern, minimum, maximum, additionalProperties } = schema
  const values = schema['enum'] as string[] | undefined
  for (const name of Object.keys(properties ?? {})) {
    const within =
      (edit: (properties: Node) => void, required?: (list: string[]) => string[]): Edit =>
      (node) => {
        edit(node['properties'] as Node)
        if (required && node['required']) node['required'] = required(listed(node, 'required'))
      }
    const needed = listed(schema, 'required').includes(name)
    yield [
      'field dropped',
      name,
      within(
        (fields) => rekey(fields, name),
        (list) => list.filter((one) => one !== name),
      ),
    ]
    yield [
      'field renamed',
      name,
      within(
        (fields) => rekey(fields, name, `${name}_2`),
        (list) => list.map((one) => (one === name ? `${name}_2` : one)),
      ),
    ]
    yield [
      needed ? 'field made optional' : 'field made required',
      name,
      (node) => {
        node['required'] = toggled(listed(node, 'required'), name)
      },
    ]
  }
  const types = typesOf(schema)
  if (types.length > 0) {
    const nullable = types.includes('null')
    yield [
      nullable ? 'null forbidden' : 'null allowed',
      '',
      (node) => {
        node['type'] = asType(toggled(types, 'null'))
      },
    ]
    const proper = types.filter((type) => type !== 'null')
    if (proper.length > 1)
      for (const one of proper)
        yield [
          'type dropped',
          one,
          (node) => {
            node['type'] = asType(types.filter((type) => type !== one))
          },
        ]
    else if (!values)
      yield [
        'type changed',
        '',
        (node) => {
          node['type'] = asType(types.map((type) => otherType[type] ?? type))
        },
      ]
  }
  for (const value of values ?? [])
    yield [
      'value dropped',
      value,
      (node) => {
        node['enum'] = values?.filter((one) => one !== value)
      },
    ]
  if (values)
    yield [
      'value added',
      '',
      (node) => {
        node['enum'] = [...values, 'evaporated']
      },
    ]
  for (const key of ['format', 'pattern', 'minimum', 'maximum'])
    if (key in schema) yield [`${key} dropped`, '', (node) => delete node[key]]
  if (typeof format === 'string')
    yield [
      'format changed',
      '',
      (node) => {
        node['format'] = format === 'uuid' ? 'date-time' : 'uuid'
      },
    ]
  if (typeof pattern === 'string')
    for (const [what, changed] of [
      ['start open', pattern.replace(/^\^/, '')],
      ['end open', pattern.replace(/\$$/, '')],
      ...[...pattern.matchAll(/\{(\d+)(,\d+)?\}/g)].map(({ 0: whole, 1: least, index }) => [
        `${whole} at ${index}`,
        pattern.slice(0, index) +
          whole.replace(`${least}`, `${Number(least) - 1}`) +
          pattern.slice(index + whole.length),
      ]),
      ...[...pattern.matchAll(/\[(\d)-9\]/g)].map(({ 0: whole, 1: first, index }) => [
        `${whole} at ${index}`,
        `${pattern.slice(0, index)}[${Number(first) + 1}-9]${pattern.slice(index + whole.length)}`,
      ]),
    ] as const)
      yield [
        'pattern changed',
        what as string,
        (node) => {
          node['pattern'] = changed
        },
      ]
  for (const [key, bound] of Object.entries({ minimum, maximum }))
    if (typeof bound === 'number')
      for (const by of [-1, 1])
        yield [
          'bound moved',
          `${key} ${by}`,
          (node) => {
            node[key] = bound + by
          },
        ]
  if ('default' in schema)
    yield [
      'default changed',
      '',
      (node) => {
        node['default'] = typeof node['default'] === 'number' ? node['default'] + 1 : values?.[0]
      },
    ]
  if (additionalProperties === true)
    yield [
      'object closed',
      '',
      (node) => {
        node['additionalProperties'] = false
      },
    ]
}

function* parameterChanges(parameter: Node): Generator<Change> {
  const name = parameter['name'] as string
  if (parameter['in'] === 'path') {
    yield [
      'parameter renamed',
      '',
      (node, root) => {
        node['name'] = `${name}_2`
        const paths = root['paths'] as Node
        for (const path of Object.keys(paths)) rekey(paths, path, path.replace(`{${name}}`, `{${name}_2}`))
      },
    ]
    return
  }
  yield [
    'parameter renamed',
    '',
    (node) => {
      node['name'] = `${name}_2`
    },
  ]
  yield [
    'parameter made required',
    '',
    (node) => {
      node['required'] = true
    },
  ]
  yield [
    'parameter moved to the headers',
    '',
    (node) => {
      node['in'] = 'header'
    },
  ]
}

/** What can change in an answer or in the body of a request: its media type. */
function* contentChanges(holder: Node): Generator<Change> {
  for (const type of Object.keys((holder['content'] as Node | undefined) ?? {}))
    yield [
      'media type changed',
      '',
      (node) =>
        rekey(
          node['content'] as Node,
          type,
          type === 'application/json' ? 'application/x-www-form-urlencoded' : 'application/json',
        ),
    ]
}

function* operationChanges(operation: Node): Generator<Change> {
  const responses = operation['responses'] as Node
  for (const code of Object.keys(responses)) {
    const other = code.startsWith('2') ? (code === '200' ? '201' : '200') : '418'
    yield ['status changed', code, (node) => rekey(node['responses'] as Node, code, other)]
    if (!code.startsWith('2'))
      yield ['status dropped', code, (node) => rekey(node['responses'] as Node, code)]
  }
  const parameters = (operation['parameters'] as Node[] | undefined) ?? []
  for (const [index, parameter] of parameters.entries()) {
    const name = (parameter['name'] ?? parameter['$ref']) as string
    if (parameter['in'] !== 'path' && !name.endsWith('/CallId'))
      yield [
        'parameter dropped',
        name.replace(/.*\//, ''),
        (node) => {
          node['parameters'] = parameters.filter((_, other) => other !== index)
        },
      ]
  }
  if (operation['requestBody'])
    yield [
      'body made optional',
      '',
      (node) => {
        ;(node['requestBody'] as Node)['required'] = false
      },
    ]
  yield [
    'bearer not wanted',
    '',
    (node) => {
      node['security'] = []
    },
  ]
}

function* pathChanges(paths: Node): Generator<Change> {
  for (const [path, item] of Object.entries(paths)) {
    const slash = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    for (const [what, to] of [
      ['renamed', path.replace('/call/', '/calls/')],
      ['slash', slash],
    ] as const)
      yield [`path ${what}`, path, (node) => rekey(node, path, to)]
    for (const method of Object.keys(item as Node)) {
      yield ['method changed', `${method} ${path}`, (node) => rekey(node[path] as Node, method, 'put')]
      yield ['operation dropped', `${method} ${path}`, (node) => rekey(node[path] as Node, method)]
    }
  }
}

function* documentChanges(document: Node): Generator<Change> {
  if (document['servers'])
    yield [
      'server changed',
      '',
      (node) => {
        node['servers'] = [{ url: 'https://api.example' }]
      },
    ]
  if (document['jsonSchemaDialect']) yield ['dialect dropped', '', (node) => delete node['jsonSchemaDialect']]
}

function* securityChanges(schemes: Node): Generator<Change> {
  for (const name of Object.keys(schemes)) {
    yield [
      'scheme changed',
      'basic',
      (node) => {
        node[name] = { type: 'http', scheme: 'basic' }
      },
    ]
    yield [
      'scheme changed',
      'api key in a header',
      (node) => {
        node[name] = { type: 'apiKey', in: 'header', name: 'x-api-key' }
      },
    ]
  }
}

/** Which kind of node stands at a pointer, by the way that led there. */
function changesAt(pointer: Pointer, node: Node): Iterable<Change> {
  const [first, second] = pointer
  const parent = pointer.at(-2)
  if (pointer.length === 0) return documentChanges(node)
  if (pointer.length === 1 && first === 'paths') return pathChanges(node)
  if (pointer.length === 2 && second === 'securitySchemes') return securityChanges(node)
  if (node['$ref'] !== undefined) return []
  if (first === 'paths' && pointer.length === 3) return operationChanges(node)
  if (parent === 'parameters') return parameterChanges(node)
  if (parent === 'responses' || pointer.at(-1) === 'requestBody') return contentChanges(node)
  const schematic =
    parent === 'schemas' || parent === 'properties' || ['schema', 'items'].includes(pointer.at(-1) ?? '')
  return schematic ? schemaChanges(node) : []
}

// What stands under these says nothing of the contract, or is judged elsewhere.
const passed = new Set(['examples', 'example', 'enum', 'required', 'security', 'tags', 'servers', 'info'])

function* walk(value: unknown, pointer: Pointer = []): Generator<readonly [Pointer, Change]> {
  if (typeof value !== 'object' || value === null) return
  if (isNode(value)) for (const change of changesAt(pointer, value)) yield [pointer, change]
  for (const [key, child] of Object.entries(value)) {
    // A field may have the name of a keyword.
    if (passed.has(key) && pointer.at(-1) !== 'properties') continue
    yield* walk(child, [...pointer, key])
  }
}

const structure = new Set(['paths', 'components', 'schemas', 'properties', 'content'])

/** The way to a node in few words, parameters by their names. */
function placeName(document: object, pointer: Pointer): string {
  return pointer
    .flatMap((word, index) => {
      const parent = pointer[index - 1]
      if (parent === 'parameters' && /^\d+$/.test(word))
        return [at(document, pointer.slice(0, index + 1))['name']]
      return structure.has(word) && parent !== 'properties' ? [] : [word]
    })
    .join(' ')
}

/** Every mutant of a document. */
export function mutantsOf(document: object): readonly Mutant[] {
  return [...walk(document)].map(([pointer, [operator, what, edit]]) => ({
    name: [placeName(document, pointer), operator, what].filter((word) => word !== '').join(': '),
    operator,
    document() {
      const copy = structuredClone(document) as Node
      edit(at(copy, pointer), copy)
      return copy
    },
  }))
}
