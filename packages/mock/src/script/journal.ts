import type { Violation } from '../contract/engine.ts'
import type { OperationId } from '../contract/types.ts'
import type { Fault } from './faults.ts'

/** A request that the mock received, and how it responded. */
export interface JournalEntry {
  /** Counts the requests from 1. */
  readonly number: number
  /** When the request came, in milliseconds since 1970 by the mock's clock. */
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case; the value of `authorization` is masked. */
  readonly headers: Readonly<Record<string, string>>
  /** The body, parsed if it is JSON; undefined if there was none, or if it was not read. */
  readonly body: unknown
  /** The operation of the spec; undefined if there is none with this method and path. */
  readonly operation: OperationId | undefined
  /** The status of the response; undefined until it is sent, and if a fault kept it from being sent. */
  readonly status: number | undefined
  /** What the spec does not allow in the request. Unknown keys are listed too, although the service ignores them. */
  readonly violations: readonly Violation[]
  /** The fault of the connection, which a reply or a test number chose. */
  readonly fault: Fault | undefined
  /** The id of the call that the request placed. */
  readonly callId: string | undefined
}

/** A journal entry while its request is being handled. */
export type OpenEntry = { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] }

/** Totals over the whole life of a mock. */
export interface Counts {
  readonly requests: number
  /** Requests with the method POST, whatever came of them. */
  readonly posts: number
  /** Calls that were placed. */
  readonly placed: number
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  readonly counts: Counts
  /** Adds an entry for a request that has just come. */
  add(request: Pick<JournalEntry, 'at' | 'method' | 'path' | 'query' | 'headers' | 'operation'>): OpenEntry
  /** Notes in an entry that its request placed a call. */
  addCall(entry: OpenEntry, callId: string): void
  /** Throws one error that lists every violation. */
  expectNoViolations(): void
}

const maskKey = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  headers['authorization'] === undefined ? headers : { ...headers, authorization: '***' }

const describeViolations = ({ number, method, path, operation, violations }: JournalEntry) =>
  violations.map(
    ({ location, code, message }) =>
      `  #${number} ${method} ${path}${operation ? ` (${operation})` : ''}: ${location.join('.')}: ${message} [${code}]`,
  )

/** Makes a journal that remembers the newest `keep` requests. */
export function createJournal(keep: number): Journal {
  const entries: OpenEntry[] = []
  const counts = { requests: 0, posts: 0, placed: 0 }
  let droppedWithViolations = 0
  return {
    entries,
    counts,
    add(request) {
      counts.requests += 1
      if (request.method === 'POST') counts.posts += 1
      const entry: OpenEntry = {
        ...request,
        number: counts.requests,
        headers: maskKey(request.headers),
        body: undefined,
        status: undefined,
        violations: [],
        fault: undefined,
        callId: undefined,
      }
      entries.push(entry)
      if (entries.length > keep && (entries.shift()?.violations.length ?? 0) > 0) droppedWithViolations += 1
      return entry
    },
    addCall(entry, callId) {
      counts.placed += 1
      entry.callId = callId
    },
    expectNoViolations() {
      const lines = entries.flatMap(describeViolations)
      if (droppedWithViolations > 0) {
        lines.push(`  older requests, no longer in the journal: ${droppedWithViolations}`)
      }
      if (lines.length > 0) throw new Error(`Requests that the spec does not allow:\n${lines.join('\n')}`)
    },
  }
}
