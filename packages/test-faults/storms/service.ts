/** Starts the mock as a process, and asks it what it knows. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ExchangeOptions {
  /** How many times faster than a telephone calls live. */
  readonly speed: number
  readonly seed: number
  /** The share of requests that a fault befalls, 0 to 1. */
  readonly faultRate: number
  /** How long a new call is missing from the list, in milliseconds. */
  readonly listDelay: number
  /** How many of the first requests to place a call a gateway refuses with 402 and a page of HTML. */
  readonly refusals: number
}

/** What the service knows, whatever anybody else was told. */
export interface Census {
  /** The most calls that were live at once. */
  readonly most: number
  readonly live: number
  readonly requests: number
  readonly calls: readonly {
    readonly id: string
    readonly number: string
    readonly key: string | undefined
    readonly created: number
  }[]
}

export interface Service extends AsyncDisposable {
  readonly url: string
  census(): Promise<Census>
  /** From now on nothing fails. */
  calm(): Promise<void>
}

/** Ends a process that was started here, and waits until it is gone. */
export async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** Starts one of this folder's programs, with one argument as JSON. */
export function start(program: string, options: unknown): ChildProcess {
  const path = fileURLToPath(new URL(program, import.meta.url))
  return fork(path, [JSON.stringify(options)], {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

export async function startService(options: Partial<ExchangeOptions> = {}): Promise<Service> {
  const child = start('exchange.ts', {
    speed: 200,
    seed: 1,
    faultRate: 0,
    listDelay: 0,
    refusals: 0,
    ...options,
  })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  async function ask<Answer>(what: 'census' | 'calm'): Promise<Answer> {
    const answer = once(child, 'message') as Promise<[Answer]>
    child.send(what)
    const [told] = await answer
    return told
  }
  return {
    url,
    census: () => ask<Census>('census'),
    calm: () => ask<void>('calm'),
    [Symbol.asyncDispose]: () => kill(child),
  }
}
