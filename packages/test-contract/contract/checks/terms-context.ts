/** What the checks of the terms share: the document, its schemas, and a mock of it. */
import { createValidator, type Node, type Validate } from '../document.ts'
import type { Kind, Sample } from '../kinds.ts'
import { type Case, casesOf } from '../operations.ts'
import type { UseMock } from './check.ts'

export interface TermsContext {
  readonly document: Node
  readonly cases: readonly Case[]
  readonly validate: Validate
  readonly useMock: UseMock
  /** Sends a request exactly as given. */
  send(method: string, path: string, init?: RequestInit): Promise<Judged>
}

/** How the mock judged a request. */
export interface Judged {
  readonly status: number
  /** Where and how the request breaks the spec, such as `query.limit maximum`. */
  readonly violations: readonly string[]
}

/** The headers of a request that has everything it needs. */
export const authorized = { authorization: 'Bearer key', 'content-type': 'application/json' }

export function createTermsContext(document: Node, useMock: UseMock): TermsContext {
  return {
    document,
    cases: casesOf(document),
    validate: createValidator(document),
    useMock,
    send: (method, path, init) =>
      useMock(async ({ fetch }, requests) => {
        const controller = new AbortController()
        const { signal } = controller
        const response = await fetch(`http://mock${path}`, { method, signal, headers: authorized, ...init })
        // A stream would go on for ever.
        controller.abort()
        const violations = requests().flatMap((request) => request.violations)
        return {
          status: response.status,
          violations: violations.map(({ location, code }) => `${location.join('.')} ${code}`),
        }
      }),
  }
}

/** Names the samples that are accepted although they are bad, or refused although they are good. */
export async function misjudged(
  { good, bad }: Kind,
  violationsOf: (sample: Sample) => Promise<readonly string[]> | readonly string[],
): Promise<string[]> {
  const found: string[] = []
  for (const one of good) {
    const violations = await violationsOf(one)
    if (violations.length > 0) found.push(`${one.what} is refused: ${violations.join(', ')}`)
  }
  for (const one of bad) if ((await violationsOf(one)).length === 0) found.push(`${one.what} is accepted`)
  return found
}
