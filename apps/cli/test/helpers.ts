import type { Clock, Fetch } from '@digame/client'
import type { Mock } from '@digame/mock'
import type { Output, PlacedCall, World } from '../src/context.ts'
import type { ExitCode } from '../src/exit-codes.ts'
import { run } from '../src/run.ts'

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
  readonly clock?: Clock
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
  const code = await run(argv, world)
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

/** Time that passes by itself, as far as the next timer, whenever nothing is under way. */
export interface TestTime {
  readonly clock: Clock
  /** A fetch during which no time passes. */
  fetch(inner: Fetch): Fetch
}

/** Timers this long and longer are deadlines, in milliseconds: no time passes only to reach one. */
const deadline = 15_000

export function createTime(): TestTime {
  let now = Date.UTC(2026, 6, 22, 10)
  let underWay = 0
  let idleTurns = 0
  let turning = false
  const timers = new Set<{ readonly at: number; readonly run: () => void; readonly isDeadline: boolean }>()

  const turn = (): void => {
    const sleeps = [...timers].filter(({ isDeadline }) => !isDeadline)
    turning = sleeps.length > 0
    if (!turning) return
    idleTurns = underWay > 0 ? 0 : idleTurns + 1
    // An answer takes some turns to be read after it has come.
    const next = idleTurns > 5 ? sleeps.reduce((a, b) => (b.at < a.at ? b : a)) : undefined
    if (next) {
      idleTurns = 0
      timers.delete(next)
      now = Math.max(now, next.at)
      next.run()
    }
    setImmediate(turn)
  }

  return {
    clock: {
      now: () => now,
      elapsed: () => now,
      after(ms, run) {
        const timer = { at: now + ms, run, isDeadline: ms >= deadline }
        timers.add(timer)
        if (!turning) {
          turning = true
          setImmediate(turn)
        }
        return () => timers.delete(timer)
      },
    },
    fetch: (inner) => async (url, init) => {
      underWay++
      try {
        return await inner(url, init)
      } finally {
        underWay--
      }
    },
  }
}

/** What a test sets a mock up with. */
export const inTime = (mock: Mock, { clock, fetch }: TestTime): Setup => ({ clock, fetch: fetch(mock.fetch) })
