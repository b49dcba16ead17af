import { isRecord } from '@digame/internal'
import { copyInert } from './document.ts'
import type { DeclaredKeys, Engine, RequestParts, SpecResponse } from './engine.ts'
import { isOperationId, type OperationId, operationIds } from './types.ts'

type Prism = typeof import('@stoplight/prism-http')
type Instance = ReturnType<Prism['createInstance']>
type Operation = Awaited<ReturnType<Prism['getHttpOperationsFromSpec']>>[number]
type PrismRequest = Parameters<Instance['request']>[0]

/** An operation that the mock implements. */
type KnownOperation = Operation & { readonly iid: OperationId }

const isKnown = (operation: Operation): operation is KnownOperation => isOperationId(operation.iid)

const right = <T>(value: T) => ({ _tag: 'Right' as const, right: value })

const silentLogger = {
  child: () => silentLogger,
  trace() {},
  debug() {},
  info() {},
  success() {},
  warn() {},
  error() {},
  fatal() {},
}

const judgingConfig = {
  isProxy: false as const,
  validateRequest: true,
  validateResponse: false,
  checkSecurity: true,
  errors: false,
  upstreamProxy: undefined,
  mock: { dynamic: false },
}
const respondingConfig = { ...judgingConfig, validateRequest: false, checkSecurity: false }

// When Prism only judges, the operation is known, and building a response would cost ten times the judging.
function routeToFirst({ resources: [operation] }: { readonly resources: Operation[] }) {
  if (operation === undefined) throw new Error('Prism was given no operation')
  return right(operation)
}
const noResponse = () => () => right({ statusCode: 0 })

// A type and a subtype, each a token of RFC 9110, section 5.6.2.
const mediaType = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/

/** Replaces a malformed content type, at which Prism throws, by a valid one that it refuses. */
function repairContentType(headers: RequestParts['headers']): RequestParts['headers'] {
  const type = headers['content-type']
  if (type === undefined || mediaType.test(type)) return headers
  return { ...headers, 'content-type': 'application/octet-stream' }
}

/** Escapes a path with broken escapes, at which Prism throws; the result is not a valid id either. */
function repairEscapes(path: string): string {
  try {
    decodeURIComponent(path)
    return path
  } catch {
    return path.replaceAll('%', '%25')
  }
}

const toPrismRequest = ({ method }: Operation, request: Omit<PrismRequest, 'method'>): PrismRequest => ({
  ...request,
  method: method as PrismRequest['method'],
})

/** Removes empty lists of parameters: Prism would look through each of them at every request. */
function removeEmptyLists({ request }: Operation): void {
  for (const part of ['path', 'query', 'headers', 'cookie'] as const) {
    if (request?.[part]?.length === 0) delete request[part]
  }
}

function readDeclaredKeys({ request }: Operation): DeclaredKeys {
  const schema = request?.body?.contents?.[0]?.schema
  return {
    body: new Set(Object.keys(schema?.properties ?? {})),
    query: new Map((request?.query ?? []).map(({ name, schema }) => [name, schema?.default])),
  }
}

async function judgeRequest(instance: Instance, operation: Operation, parts: RequestParts) {
  const request = toPrismRequest(operation, {
    url: { path: repairEscapes(parts.path), query: parts.query },
    headers: repairContentType(parts.headers),
    body: parts.body,
  })
  const outcome = await instance.request(request, [operation])()
  if (outcome._tag === 'Left') throw outcome.left
  return outcome.right.validations.input.map(({ path: location, code, message }) => ({
    location: location ?? (code === 401 ? ['header', 'authorization'] : ['body']),
    code: String(code),
    message,
  }))
}

async function respondTo(
  instance: Instance,
  operation: KnownOperation,
  code: number | undefined,
  example: string | undefined,
): Promise<SpecResponse> {
  const mock = {
    dynamic: false,
    ...(code !== undefined && { code }),
    ...(example !== undefined && { exampleKey: example }),
  }
  const request = toPrismRequest(operation, { url: { path: operation.path } })
  const outcome = await instance.request(request, [operation], { ...respondingConfig, mock })()
  if (outcome._tag === 'Left') {
    const wanted = [code ?? '2XX', example].filter((part) => part !== undefined).join(' ')
    throw new Error(`The document has no response ${wanted} for ${operation.iid}`, { cause: outcome.left })
  }
  const { statusCode: status, headers, body } = outcome.right.output
  return { status, type: headers?.['Content-type'] ?? '', body }
}

function listExamples({ responses }: Operation, code: number | undefined): readonly string[] | undefined {
  const isWanted = (given: string) => (code === undefined ? given.startsWith('2') : given === String(code))
  const response = responses.find((one) => isWanted(one.code))
  return response?.contents?.flatMap(({ examples }) => (examples ?? []).map(({ key }) => key))
}

/**
 * Makes an engine from Prism.
 *
 * Rejects with an Error if the document is not OpenAPI, or has none of the operations that the mock implements.
 */
export async function createPrismEngine(document: object): Promise<Engine> {
  // Loaded on first use: it takes half a second, which a wrong option need not wait for.
  const { createInstance, getHttpOperationsFromSpec } = await import('@stoplight/prism-http')
  const copy = copyInert(document)
  const operations = (await getHttpOperationsFromSpec(isRecord(copy) ? copy : {})).filter(isKnown)
  if (operations.length === 0) throw new Error(`it has none of the operations ${operationIds.join(', ')}`)
  operations.forEach(removeEmptyLists)

  const byId = new Map(
    operations.map((operation) => [operation.iid, { operation, keys: readDeclaredKeys(operation) }]),
  )
  const judging = createInstance(judgingConfig, {
    logger: silentLogger,
    route: routeToFirst,
    mock: noResponse,
  })
  const responding = createInstance(respondingConfig, { logger: silentLogger })
  const responses = new Map<string, Promise<SpecResponse>>()

  const find = (id: OperationId) => {
    const found = byId.get(id)
    if (found === undefined) throw new Error(`The document has no operation ${id}`)
    return found
  }

  return {
    operations: operations.map(({ iid }) => iid),
    endpoints: operations.map(({ iid, method, path }) => ({
      operation: iid,
      method: method.toUpperCase(),
      path,
    })),
    judge: (parts) => judgeRequest(judging, find(parts.operation).operation, parts),
    respond(id, code, example) {
      const key = `${id} ${code} ${example}`
      const response = responses.get(key) ?? respondTo(responding, find(id).operation, code, example)
      responses.set(key, response)
      return response
    },
    exampleNames: (id, code) => listExamples(find(id).operation, code),
    declaredKeys: (id) => find(id).keys,
  }
}
