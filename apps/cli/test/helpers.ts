import type { Clock, Fetch } from '@digame/client'
import type { Mock } from '@digame/mock'
import { createTestClock, type TestClock } from '@digame/test-support'
import type { Output, PlacedCall, World } from '../src/context.ts'
import type { ExitCode } from '../src/exit-codes.ts'
import { run } from '../src/run.ts'
// Loaded before a command runs: a test clock does not wait for a module that is still being read.
import '../src/commands/calls/get.ts'
import '../src/commands/calls/list.ts'
import '../src/commands/calls/messages.ts'
import '../src/commands/calls/place.ts'
import '../src/commands/calls/watch.ts'
import '@digame/mock'

export const to = '+34612345678'
export const from = '+34910000001'
export const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'

export interface Result {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
}

export interface Setup {
  readonly fetch?: Fetch
  readonly clock?: Clock | TestClock
  readonly env?: World['env']
  readonly isTTY?: boolean
  /** Aborting it is the user's interruption. */
  readonly interrupt?: AbortController
  /** Called with the whole text of stderr each time more is written. */
  readonly onStderr?: (text: string) => void
  /** Called with the whole text of stdout each time more is written. */
  readonly onStdout?: (text: string) => void
  readonly onPlaced?: (call: PlacedCall) => void
}

/** Runs a command line in this process, with exactly this environment. */
export async function digame(argv: readonly string[], setup: Setup = {}): Promise<Result> {
  const { fetch = unreachable, clock, env = { DIGA_API_KEY: 'sk-test' }, isTTY = false } = setup
  const { interrupt = new AbortController(), onStderr, onStdout, onPlaced } = setup
  const out = collector(isTTY, onStdout)
  const err = collector(isTTY, onStderr)
  const world: World = {
    stdout: out,
    stderr: err,
    env,
    fetch,
    signal: interrupt.signal,
    ...(clock && { clock }),
    ...(onPlaced && { onPlaced }),
  }
  const running = run(argv, world)
  const code = await (clock && 'run' in clock ? clock.run(running) : running)
  return { code, stdout: out.text(), stderr: err.text() }
}

/** Fails a test that sends something although it gave no fetch. */
const unreachable: Fetch = (url, { method }) => {
  throw new Error(`Something was sent: ${method} ${url}`)
}

function collector(isTTY: boolean, onText?: (text: string) => void): Output & { text(): string } {
  let all = ''
  return {
    isTTY,
    text: () => all,
    write(text) {
      all += text
      onText?.(all)
    },
  }
}

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** A clock that jumps from timer to timer while a command runs, but not while a request is open. */
export interface TestTime {
  readonly clock: TestClock
  /** Wraps a fetch, so that no time passes during its requests. */
  fetch(inner: Fetch): Fetch
}

export function createTime(): TestTime {
  let openRequests = 0
  return {
    clock: createTestClock({ start: Date.UTC(2026, 6, 22, 10), isBusy: () => openRequests > 0 }),
    fetch: (inner) => async (url, init) => {
      openRequests++
      try {
        return await inner(url, init)
      } finally {
        openRequests--
      }
    },
  }
}

/** What a test sets a mock up with. */
export const inTime = (mock: Mock, { clock, fetch }: TestTime): Setup => ({ clock, fetch: fetch(mock.fetch) })

const refusal = `import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    if (/packages.(client.src.(?!values)|mock)/.test(url)) throw new Error('loads ' + url)
    return next(url, context)
  },
})`

/** Makes Node refuse to load the client and the mock, except for the list of values that the help shows. */
export const refuseToLoad: string = `--import=data:text/javascript,${encodeURIComponent(refusal)}`
