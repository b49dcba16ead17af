import { parseArgs } from 'node:util'
import { type ServeOptions, serveMock } from './serve.ts'

/** What the command may touch. */
export interface CommandIo {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Aborts when the command is to end. */
  readonly signal: AbortSignal
}

const usage = `Usage: digame-mock [options]

Serves a mock of the Diga call API. Unofficial. No call is placed.

  --port <port>            port of the API (4010); 0 takes a free one
  --host <host>            host to bind to (127.0.0.1)
  --control-port <port>    port of the journal, the calls and the replies (4012); 0 takes a free one
  --no-control             no such port
  --vocabulary <name>      statuses of ended calls: seed (default) or 2026-07
  --speed <times>          how many times faster than a telephone calls live (1)
  --seed <number>          decides ids and durations (drawn at random)
  --max-concurrent <n>     calls at once; the rest waits in the queue (no limit)
  --list-delay <ms>        how long a new call is missing from the list (0)
  --json                   log JSON
  --help                   this text

Ends on Ctrl-C. Exit codes: 0 ended, 1 cannot listen, 2 wrong options.`

const flags = {
  port: { type: 'string' },
  host: { type: 'string' },
  'control-port': { type: 'string' },
  'no-control': { type: 'boolean' },
  vocabulary: { type: 'string' },
  speed: { type: 'string' },
  seed: { type: 'string' },
  'max-concurrent': { type: 'string' },
  'list-delay': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const numeric = {
  port: 'port',
  'control-port': 'controlPort',
  speed: 'speed',
  seed: 'seed',
  'max-concurrent': 'maxConcurrent',
  'list-delay': 'listDelay',
} as const

function optionsOf(values: ReturnType<typeof parse>): ServeOptions {
  const { host, vocabulary, json = false } = values
  const numbers: Record<string, number> = {}
  for (const [flag, option] of Object.entries(numeric)) {
    const text = values[flag as keyof typeof numeric]
    if (text === undefined) continue
    if (text.trim() === '' || Number.isNaN(Number(text)))
      throw new TypeError(`--${flag} is a number, not "${text}"`)
    numbers[option] = Number(text)
  }
  return {
    json,
    ...(host !== undefined && { host }),
    ...(vocabulary !== undefined && { vocabulary: vocabulary as NonNullable<ServeOptions['vocabulary']> }),
    ...numbers,
    ...(values['no-control'] && { controlPort: false as const }),
  }
}

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options: flags, strict: true }).values

/** Runs the command until its signal aborts; resolves with the exit code. */
export async function run(args: readonly string[], { out, err, signal }: CommandIo): Promise<number> {
  try {
    const values = parse(args)
    if (values.help) {
      out(usage)
      return 0
    }
    const served = await serveMock(optionsOf(values), { out })
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    await served.close()
    return 0
  } catch (error) {
    const { message } = error as Error
    // The first sentence says what is wrong; Node's own goes on with advice for positional arguments.
    err(`digame-mock: ${message.split('. ')[0]}`)
    return error instanceof TypeError ? 2 : 1
  }
}
