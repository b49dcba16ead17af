import type { Violation } from '../contract/engine.ts'
import type { OperationId } from '../contract/types.ts'
import type { Fault } from './faults.ts'

/** A request that came to the mock, and what became of it. */
export interface JournalEntry {
  /** Counts the requests from 1. */
  readonly number: number
  /** When it came, in milliseconds since 1970, by the mock's clock. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case; the value of `authorization` is masked. */
  readonly headers: Readonly<Record<string, string>>
  /** The body, parsed if it is JSON; undefined if there was none, or if it was not read. */
  readonly body: unknown
  /** The operation of the spec; undefined if there is none for this method and path. */
  readonly operation: OperationId | undefined
  /** The status answered; undefined as long as, or if, no answer was given. */
  readonly status: number | undefined
  /** What is wrong with the request by the spec; unknown keys count, although the service lets them pass. */
  readonly violations: readonly Violation[]
  readonly fault: Fault | undefined
  /** The call that the request created. */
  readonly callId: string | undefined
}

/** A journal entry while its request is being answered. */
export type OpenEntry = { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] }

/** How much came, over the whole life of the mock. */
export interface Counts {
  readonly requests: number
  /** Requests of the method POST, whatever became of them. */
  readonly posts: number
  /** Calls that came into being. */
  readonly placed: number
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  readonly counts: Counts
  open(request: Pick<JournalEntry, 'at' | 'method' | 'path' | 'query' | 'headers' | 'operation'>): OpenEntry
  /** Counts a call that came into being. */
  placed(entry: OpenEntry, callId: string): void
  /** Throws an error that lists every violation. */
  expectNoViolations(): void
}

const masked = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  headers['authorization'] === undefined ? headers : { ...headers, authorization: '***' }

const listOf = ({ number, method, path, operation, violations }: JournalEntry) =>
  violations.map(
    ({ location, code, message }) =>
      `  #${number} ${method} ${path}${operation ? ` (${operation})` : ''}: ${location.join('.')}: ${message} [${code}]`,
  )

/** Makes a journal that remembers the newest `keep` requests. */
export function createJournal(keep: number): Journal {
  const entries: OpenEntry[] = []
  const counts = { requests: 0, posts: 0, placed: 0 }
  let lost = 0
  return {
    entries,
    counts,
    open(request) {
      counts.requests += 1
      if (request.method === 'POST') counts.posts += 1
      const entry: OpenEntry = {
        ...request,
        number: counts.requests,
        headers: masked(request.headers),
        body: undefined,
        status: undefined,
        violations: [],
        fault: undefined,
        callId: undefined,
      }
      entries.push(entry)
      if (entries.length > keep && (entries.shift()?.violations.length ?? 0) > 0) lost += 1
      return entry
    },
    placed(entry, callId) {
      counts.placed += 1
      entry.callId = callId
    },
    expectNoViolations() {
      const found = entries.flatMap(listOf)
      if (lost > 0) found.push(`  older requests, no longer in the journal: ${lost}`)
      if (found.length > 0) throw new Error(`Requests that the spec does not allow:\n${found.join('\n')}`)
    },
  }
}
