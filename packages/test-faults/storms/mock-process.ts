/** The mock as a process of its own, so that its counts survive when a runner or a database is killed. */
import type { MockOptions } from '@digame/mock'
import { ask, kill, nextMessage } from '@digame/test-support'
import { startProgram } from './process.ts'

export interface MockProcessOptions {
  /** How many times faster than on a telephone calls live. */
  readonly speed: number
  readonly seed: number
  /** The share of requests that meet a fault, 0 to 1. */
  readonly faultRate: number
  /** How long a new call is missing from the list, in milliseconds. */
  readonly listDelay: number
  /** How many of the first requests to place a call a gateway refuses with 402 and a page of HTML. */
  readonly refusals: number
  /** How calls end, and how many the account may have at once. */
  readonly account: Pick<MockOptions, 'vocabulary' | 'endReasons' | 'maxConcurrent' | 'overLimit'>
}

/** What the service itself knows, also of calls whose responses were lost. */
export interface Census {
  /** The most calls that were live at once. */
  readonly most: number
  readonly calls: readonly {
    readonly id: string
    readonly number: string
    readonly key: string | undefined
    readonly isAnswered: boolean
  }[]
}

export interface MockProcess extends AsyncDisposable {
  readonly url: string
  census(): Promise<Census>
  /** Ends all faults. */
  calm(): Promise<void>
}

export async function startMock(options: Partial<MockProcessOptions> = {}): Promise<MockProcess> {
  const child = startProgram('mock-entry.ts', {
    speed: 200,
    seed: 1,
    faultRate: 0,
    listDelay: 0,
    refusals: 0,
    account: {},
    ...options,
  })
  const url = String(await nextMessage(child))
  return {
    url,
    // The process sends nothing else.
    census: async () => (await ask(child, 'census')) as Census,
    calm: async () => void (await ask(child, 'calm')),
    [Symbol.asyncDispose]: () => kill(child),
  }
}
