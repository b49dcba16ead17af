import { type ServeOptions, serveMock } from '@digame/mock'
import type { Context } from '../context.ts'
import { FailedError, UsageError } from '../errors.ts'
import { omitUndefined } from '../input.ts'
import { clean } from '../output.ts'
import type { vocabularies } from './mock-flags.ts'

export interface MockFlags {
  readonly port?: number
  readonly host?: string
  readonly controlPort?: number
  readonly noControl?: boolean
  readonly vocabulary?: (typeof vocabularies)[number]
  readonly speed?: number
  readonly seed?: number
  readonly maxConcurrent?: number
  readonly listDelay?: number
  readonly json?: boolean
}

/** The flags with their defaults filled in. @throws UsageError if they contradict each other */
function optionsOf({ noControl, ...flags }: MockFlags) {
  const { port = 4010, host = '127.0.0.1' } = flags
  if (noControl && flags.controlPort !== undefined) {
    throw new UsageError('--no-control and --control-port contradict each other; give one.')
  }
  const controlPort = noControl ? (false as const) : (flags.controlPort ?? 4012)
  if (port === controlPort && port !== 0) {
    throw new UsageError(
      `--port and --control-port are both ${port}; give two different ones, or --no-control.`,
    )
  }
  return { ...omitUndefined(flags), port, host, controlPort } satisfies ServeOptions
}

function adviceFor(code: unknown, port: unknown, flag: string, host: string): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken; give another ${flag}.`
  if (code === 'EACCES') return `Port ${port} is not allowed; give another ${flag}, above 1023.`
  return `Cannot listen on ${JSON.stringify(host)} (${code}); give another --host.`
}

/** Turns an error of the served mock into one that says what to do about it. */
function failureOf(error: unknown, { host, controlPort }: ReturnType<typeof optionsOf>): unknown {
  if (!(error instanceof Error)) return error
  if ('code' in error && error.code === 'STALE_SPEC') return new FailedError(error.message, error.code)
  const { cause } = error
  if (!(cause instanceof Error && 'code' in cause)) return error
  const port = 'port' in cause ? cause.port : undefined
  const flag = port === controlPort ? '--control-port' : '--port'
  return new FailedError(adviceFor(cause.code, port, flag, host), 'CANNOT_LISTEN')
}

const interruption = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Serves a mock until the person interrupts. */
export async function mock(this: Context, flags: MockFlags): Promise<void> {
  const { stdout, stderr, signal } = this
  const options = optionsOf(flags)
  const out = (line: string): void => void stdout.write(`${clean(line)}\n`)
  const log = (line: string): void => void stderr.write(`${clean(line)}\n`)
  const served = await serveMock(options, { out, log }).catch((error: unknown) => {
    throw failureOf(error, options)
  })
  await interruption(signal)
  await served.close()
}
