/** Rules of the contract as data: vitest runs them on the spec, the mutation judge on each changed spec. */
import { Diga } from '@digame/client'
import { createMock, type JournalEntry, type Mock } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { expect } from 'vitest'
import type { Node } from '../document.ts'

/** One rule that a document must satisfy. */
export interface Check {
  readonly name: string
  /** Throws an AssertionError if the document breaks the rule. Any other error means that the check itself is broken. */
  run(): Promise<void> | void
}

/** Runs part of a check with a mock; `requests` returns the requests that it has received since. */
export type UseMock = <Result>(
  use: (mock: Mock, requests: () => readonly JournalEntry[]) => Promise<Result>,
) => Promise<Result>

/** Lends one mock of a document to one check after another: making a mock takes longer than a check. */
export function shareMock(document: Node): UseMock {
  let shared: Promise<Mock> | undefined
  return async (use) => {
    shared ??= createMock({ document })
    const mock = await shared
    const before = mock.counts.requests
    try {
      return await use(mock, () => mock.journal.filter(({ number }) => number > before))
    } catch (error) {
      // A check that fails may leave replies behind, which must not reach the next one.
      shared = undefined
      throw error
    }
  }
}

/** A client and a mock of a document, both on a clock that jumps from timer to timer. */
export async function connectOnTestClock(document: Node): Promise<{ diga: Diga; mock: Mock; run: Run }> {
  const clock = createTestClock()
  const mock = await createMock({ document, clock })
  const diga = new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch: mock.fetch, clock })
  return { diga, mock, run: clock.run }
}

type Run = <Result>(promise: PromiseLike<Result>) => Promise<Result>

/** What the mock holds against requests, one line each. */
export const violationsOf = (requests: readonly JournalEntry[]): string[] =>
  requests.flatMap(({ operation, violations }) =>
    violations.map(({ location, message }) => `${operation} ${location.join('.')}: ${message}`),
  )

/** Resolves with the result of a request, which must succeed. */
export async function expectSuccess<Result>(request: Promise<Result>): Promise<Result> {
  return request.catch((error: unknown) => expect.unreachable(`the request fails: ${error}`))
}
