import { isRecord } from '@digame/internal'
import { copyInert, readInstalledDocument } from './document.ts'
import { isOperationId, type OperationId, operationIds } from './types.ts'

type Prism = typeof import('@stoplight/prism-http')
type Instance = ReturnType<Prism['createInstance']>
type Operation = Awaited<ReturnType<Prism['getHttpOperationsFromSpec']>>[number]
type PrismRequest = Parameters<Instance['request']>[0]

/** What is wrong with a request. */
export interface Violation {
  /** Where, beginning with `body`, `query`, `path`, `header` or `method`. */
  readonly location: readonly string[]
  /** The kind, as a code: a keyword of JSON Schema, a status such as `401`, or `unknown_key`. */
  readonly code: string
  readonly message: string
}

/** A request in the form in which the engine judges it. */
interface Question {
  readonly operation: OperationId
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** An answer of the spec. */
interface SpecAnswer {
  readonly status: number
  readonly type: string
  readonly body: unknown
}

/** The names that the spec knows; those of the query with their defaults. */
interface Keys {
  readonly body: ReadonlySet<string>
  readonly query: ReadonlyMap<string, unknown>
}

/** Where an operation is. */
export interface Endpoint {
  readonly operation: OperationId
  /** In capitals. */
  readonly method: string
  /** With the names of its parameters in braces, such as `/v1/call/{id}`. */
  readonly path: string
}

/** Prism: what is valid, and what the spec answers. */
export interface Engine {
  /** What Prism holds against a request; empty if it is valid. */
  judge(question: Question): Promise<readonly Violation[]>
  /** The spec's answer: its first success, or that of `code`, or the named example of it. */
  answer(operation: OperationId, code?: number, example?: string): Promise<SpecAnswer>
  /** The names of the examples of an answer, or of the first success; undefined if the spec has no such answer. */
  examples(operation: OperationId, code?: number): readonly string[] | undefined
  /** What may stand in the body and in the query. */
  keys(operation: OperationId): Keys
  readonly operations: readonly OperationId[]
  readonly endpoints: readonly Endpoint[]
}

const right = <T>(value: T) => ({ _tag: 'Right' as const, right: value })

const silent = {
  child: () => silent,
  trace() {},
  debug() {},
  info() {},
  success() {},
  warn() {},
  error() {},
  fatal() {},
}

const config = {
  isProxy: false as const,
  validateRequest: true,
  validateResponse: false,
  checkSecurity: true,
  errors: false,
  upstreamProxy: undefined,
  mock: { dynamic: false },
}
const unjudged = { ...config, validateRequest: false, checkSecurity: false }

// A type and a subtype, each a token.
const mediaType = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/

/** The headers as Prism can read them: it throws at a content type that is none, and refuses one it does not know. */
function readable(headers: Question['headers']): Question['headers'] {
  const type = headers['content-type']
  if (type === undefined || mediaType.test(type)) return headers
  return { ...headers, 'content-type': 'application/octet-stream' }
}

/** The path as Prism can read it: it throws at escapes that are no UTF-8, and what stands for them is no id either. */
function decodable(path: string): string {
  try {
    decodeURIComponent(path)
    return path
  } catch {
    return path.replaceAll('%', '%25')
  }
}

// When Prism only judges, the operation is known, and building an answer would cost ten times the judging.
const onlyOne = ({ resources }: { readonly resources: Operation[] }) => right(resources[0] as Operation)
const noAnswer = () => () => right({ statusCode: 0 })

const isKnown = (operation: Operation): operation is Operation & { readonly iid: OperationId } =>
  isOperationId(operation.iid)

async function createEngine(document: object): Promise<Engine> {
  // Not before it is needed: it takes half a second, which a wrong option or `--help` need not wait for.
  const { createInstance, getHttpOperationsFromSpec } = await import('@stoplight/prism-http')
  const copy = copyInert(document)
  const all = (await getHttpOperationsFromSpec(isRecord(copy) ? copy : {})).filter(isKnown)
  if (all.length === 0) throw new Error(`it has none of the operations ${operationIds.join(', ')}`)
  for (const { request } of all) trim(request)
  const byId = new Map<string, Operation>(all.map((operation) => [operation.iid, operation]))
  const judgeOnly = createInstance(config, { logger: silent, route: onlyOne, mock: noAnswer })
  const full = createInstance(unjudged, { logger: silent })
  const answers = new Map<string, Promise<SpecAnswer>>()
  const keys = new Map<string, Keys>(all.map((operation) => [operation.iid, keysOf(operation)]))

  const found = (id: OperationId): Operation => byId.get(id) as Operation

  const negotiate = async (id: OperationId, code?: number, example?: string): Promise<SpecAnswer> => {
    const operation = found(id)
    const request = { method: operation.method, url: { path: operation.path } } as PrismRequest
    const mock = {
      dynamic: false,
      ...(code !== undefined && { code }),
      ...(example !== undefined && { exampleKey: example }),
    }
    const outcome = await full.request(request, [operation], { ...unjudged, mock })()
    if (outcome._tag === 'Left') {
      const wanted = [code ?? '2XX', example].filter((part) => part !== undefined).join(' ')
      throw new Error(`The document has no response ${wanted} of ${id}`, { cause: outcome.left })
    }
    const { output } = outcome.right
    return { status: output.statusCode, type: output.headers?.['Content-type'] ?? '', body: output.body }
  }

  return {
    operations: all.map(({ iid }) => iid),
    endpoints: all.map(({ iid, method, path }) => ({ operation: iid, method: method.toUpperCase(), path })),
    async judge({ operation, path, query, headers, body }) {
      const resource = found(operation)
      const url = { path: decodable(path), query }
      const request = { method: resource.method, url, headers: readable(headers), body } as PrismRequest
      const outcome = await judgeOnly.request(request, [resource])()
      if (outcome._tag === 'Left') throw outcome.left
      return outcome.right.validations.input.map(({ path: location, code, message }) => ({
        location: location ?? (code === 401 ? ['header', 'authorization'] : ['body']),
        code: String(code),
        message,
      }))
    },
    answer(operation, code, example) {
      const key = `${operation} ${code} ${example}`
      const known = answers.get(key) ?? negotiate(operation, code, example)
      answers.set(key, known)
      return known
    },
    examples(operation, code) {
      const wanted = (given: string) => (code === undefined ? given.startsWith('2') : given === String(code))
      const response = found(operation).responses.find((one) => wanted(one.code))
      return response?.contents?.flatMap(({ examples }) => (examples ?? []).map(({ key }) => key))
    },
    keys: (operation) => keys.get(operation) as Keys,
  }
}

/** Takes out the lists without anything in them: Prism would look through each at every request. */
function trim(request: Operation['request']): void {
  for (const part of ['path', 'query', 'headers', 'cookie'] as const) {
    if (request?.[part]?.length === 0) delete request[part]
  }
}

function keysOf({ request }: Operation): Keys {
  const schema = request?.body?.contents?.[0]?.schema
  return {
    body: new Set(Object.keys(schema?.properties ?? {})),
    query: new Map((request?.query ?? []).map(({ name, schema }) => [name, schema?.default])),
  }
}

let installed: Promise<Engine> | undefined

/**
 * Makes the engine of a document, or of the installed spec.
 *
 * The engine of the installed spec is made once in a process, as it holds nothing of any one mock. Rejects with a
 * TypeError for a document that cannot be used.
 */
export function loadEngine(document: object | undefined): Promise<Engine> {
  if (document === undefined) {
    installed ??= readInstalledDocument().then(createEngine)
    return installed
  }
  return createEngine(document).catch((cause: unknown) => {
    const [why] = String(cause instanceof Error ? cause.message : cause).split('\n')
    throw new TypeError(`The document cannot be used: ${why}`, { cause })
  })
}
