import type { Engine, Violation } from './engine.ts'
import type { Match, Route } from './routes.ts'

/** A request as it comes in at either front. */
export interface Arrival {
  readonly method: string
  /** Scheme, host and port that the client believes to talk to. */
  readonly origin: string
  readonly path: string
  /** The query with its question mark, or nothing. */
  readonly search: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Reads the body; rejects if it does not come to its end. */
  readonly body: () => Promise<string>
}

/** A request that has been read and judged. */
export interface Asked {
  readonly arrival: Arrival
  readonly match: Match
  /** A name that comes twice has its last value. */
  readonly query: Readonly<Record<string, string>>
  /** The body, parsed if it is JSON. */
  readonly body: unknown
  readonly malformed: boolean
  /** What the service would object to. */
  readonly wrong: readonly Violation[]
  /** What the spec does not know, and the service lets pass. */
  readonly unknown: readonly Violation[]
}

const isJson = (type: string | undefined) =>
  type === undefined || /^application\/(?:\S+\+)?json\b/i.test(type)

function parse(text: string, type: string | undefined): Pick<Asked, 'body' | 'malformed'> {
  if (text === '') return { body: undefined, malformed: false }
  if (!isJson(type)) return { body: text, malformed: false }
  try {
    return { body: JSON.parse(text), malformed: false }
  } catch {
    return { body: text, malformed: true }
  }
}

const none: Readonly<Record<string, string>> = {}

/** The query of a request. */
export const queryOf = (search: string): Readonly<Record<string, string>> =>
  search.length < 2 ? none : Object.fromEntries(new URLSearchParams(search))

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function strangers(part: string, given: object, known: { has(name: string): boolean }): Violation[] {
  const names = Object.keys(given).filter((name) => !known.has(name))
  return names.map((name) => ({
    location: [part, name],
    code: 'unknown_key',
    message: `The spec knows no ${part} key ${name}`,
  }))
}

const notJson: Violation = { location: ['body'], code: 'malformed_json', message: 'The body is not JSON' }
const noOperation: Violation = {
  location: ['path'],
  code: 'no_operation',
  message: 'The spec has no such method and path',
}

/** Reads a request to its end and judges it. */
export async function read(engine: Engine, arrival: Arrival, match: Match): Promise<Asked> {
  const { method, path, search, headers } = arrival
  const text = await arrival.body()
  const query = queryOf(search)
  const asked = { arrival, match, query, ...parse(text, headers['content-type']) }
  if (asked.malformed) return { ...asked, wrong: [notJson], unknown: [] }
  if (!('operation' in match)) return { ...asked, wrong: [noOperation], unknown: [] }

  const keys = engine.keys(match.operation)
  const wrong = await engine.judge({
    operation: match.operation,
    path,
    // The engine reads the names of parameters without regard to case; the service does not.
    query:
      query === none
        ? none
        : Object.fromEntries(Object.entries(query).filter(([name]) => keys.query.has(name))),
    // It looks at the content type only of what has a length.
    headers: method !== 'GET' ? { ...headers, 'content-length': String(text.length) } : headers,
    body: asked.body,
  })
  const unknown = strangers('query', query, keys.query)
  if (isObject(asked.body)) unknown.push(...strangers('body', asked.body, keys.body))
  return { ...asked, wrong, unknown }
}

/** A request to an operation of the spec. */
export type AskedOperation = Asked & { readonly match: Route }
