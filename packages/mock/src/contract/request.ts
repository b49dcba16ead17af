import { isRecord } from '@digame/internal'
import type { Engine, Violation } from './engine.ts'
import type { Match, Route } from './routes.ts'

/** A request as either front receives it. */
export interface IncomingRequest {
  readonly method: string
  /** The scheme, host and port that the client used. */
  readonly origin: string
  readonly path: string
  /** The query with its question mark; empty if there is none. */
  readonly search: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Reads the body; rejects if the connection ends before the body does. */
  readonly readBody: () => Promise<string>
}

/** A request that has been read and judged. */
export interface JudgedRequest {
  readonly incoming: IncomingRequest
  readonly match: Match
  /** A name that occurs twice has its last value. */
  readonly query: Readonly<Record<string, string>>
  /** The body, parsed if its content type is JSON. */
  readonly body: unknown
  /** Whether the body should be JSON and is not. */
  readonly isMalformed: boolean
  /** What the service objects to. */
  readonly violations: readonly Violation[]
  /** Keys that the spec does not declare; the service ignores them. */
  readonly unknownKeys: readonly Violation[]
}

/** A judged request to an operation of the spec. */
export type OperationRequest = JudgedRequest & { readonly match: Route }

const isJson = (type: string | undefined) =>
  type === undefined || /^application\/(?:\S+\+)?json\b/i.test(type)

function parseBody(text: string, type: string | undefined): Pick<JudgedRequest, 'body' | 'isMalformed'> {
  if (text === '') return { body: undefined, isMalformed: false }
  if (!isJson(type)) return { body: text, isMalformed: false }
  try {
    return { body: JSON.parse(text), isMalformed: false }
  } catch {
    return { body: text, isMalformed: true }
  }
}

const emptyQuery: Readonly<Record<string, string>> = {}

/** Reads the query of a URL, given with its question mark. */
export const parseQuery = (search: string): Readonly<Record<string, string>> =>
  search.length < 2 ? emptyQuery : Object.fromEntries(new URLSearchParams(search))

function findUnknownKeys(
  part: 'body' | 'query',
  values: object,
  declared: { has(name: string): boolean },
): Violation[] {
  const names = Object.keys(values).filter((name) => !declared.has(name))
  return names.map((name) => ({
    location: [part, name],
    code: 'unknown_key',
    message: `The spec has no ${part} key ${name}`,
  }))
}

const malformedJson: Violation = {
  location: ['body'],
  code: 'malformed_json',
  message: 'The body is not JSON',
}
const noOperation: Violation = {
  location: ['path'],
  code: 'no_operation',
  message: 'The spec has no operation with this method and path',
}

/** Reads the body of a request and judges the request; rejects if the body cannot be read. */
export async function readRequest(
  engine: Engine,
  incoming: IncomingRequest,
  match: Match,
): Promise<JudgedRequest> {
  const { method, path, search, headers } = incoming
  const text = await incoming.readBody()
  const query = parseQuery(search)
  const request = { incoming, match, query, ...parseBody(text, headers['content-type']) }
  if (request.isMalformed) return { ...request, violations: [malformedJson], unknownKeys: [] }
  if (!('operation' in match)) return { ...request, violations: [noOperation], unknownKeys: [] }

  const declared = engine.declaredKeys(match.operation)
  const violations = await engine.judge({
    operation: match.operation,
    path,
    // Prism ignores the case of parameter names; the service does not.
    query:
      query === emptyQuery
        ? emptyQuery
        : Object.fromEntries(Object.entries(query).filter(([name]) => declared.query.has(name))),
    // Prism checks the content type only of a request with a content length.
    headers: method === 'GET' ? headers : { ...headers, 'content-length': String(text.length) },
    body: request.body,
  })
  const unknownKeys = findUnknownKeys('query', query, declared.query)
  if (isRecord(request.body)) unknownKeys.push(...findUnknownKeys('body', request.body, declared.body))
  return { ...request, violations, unknownKeys }
}
