import { parseArgs } from 'node:util'
import { type ServeOptions, serveMock } from './fronts/serve.ts'

/** Why the command ends before it is told to; the message is one line that says what, where and what to do instead. */
export class MockCommandError extends Error {
  override readonly name = 'MockCommandError'
  /** 1: it cannot listen. 2: the command line is wrong. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2) {
    // What was typed may have line breaks in it.
    super(message.replace(/\p{Cc}+/gu, ' '))
    this.exitCode = exitCode
  }
}

/** What the command may touch. */
export interface MockCommandOptions {
  /**
   * What the command is called, for help.
   * @default 'digame-mock'
   */
  readonly name?: string
  /** Takes one line, without its end. */
  readonly out: (line: string) => void
  /** Aborts when the command is to end. */
  readonly signal: AbortSignal
}

const usage = (name: string) => `Usage: ${name} [options]

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
  --help                   this text (also -h)

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
  help: { type: 'boolean', short: 'h' },
} as const

type Flag = keyof typeof flags
type Values = Partial<Record<Flag, string>>

const refuse = (message: string): never => {
  throw new MockCommandError(message, 2)
}

/** Reads the flags, each with what was typed after it; a switch has nothing after it. */
function parse(args: readonly string[], command: string): Values {
  // Not strict: Node's own complaints have several lines, and advice that does not hold here.
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true })
  const values: Values = {}
  for (const token of tokens) {
    if (token.kind === 'positional') {
      refuse(
        `${JSON.stringify(token.value)} is an argument too many: there are only flags; see ${command} --help.`,
      )
    }
    if (token.kind !== 'option') continue
    const { rawName, value } = token
    const name = token.name as Flag
    if (!Object.hasOwn(flags, name)) refuse(`There is no flag ${rawName}; see ${command} --help.`)
    if (values[name] !== undefined) refuse(`${rawName} is there twice: give it once.`)
    if (flags[name].type === 'boolean') {
      if (value !== undefined) refuse(`${rawName} takes no value: give it alone.`)
    } else if (value === undefined || value.trim() === '' || /^--?[a-z]/i.test(value)) {
      refuse(`${rawName} needs a value after it; see ${command} --help.`)
    }
    values[name] = value ?? ''
  }
  return values
}

const isPort = (value: number) => Number.isInteger(value) && value >= 0 && value <= 65_535
const port = { fine: isPort, wanted: 'a whole number from 0 to 65535, such as 4020' }

/** What each flag with a number takes. */
const numeric = {
  port,
  'control-port': port,
  speed: { fine: (value: number) => value > 0, wanted: 'a number above 0, such as 10' },
  seed: { fine: Number.isSafeInteger, wanted: 'a whole number, such as 7' },
  'max-concurrent': {
    fine: (value: number) => Number.isInteger(value) && value >= 1,
    wanted: 'a whole number from 1, such as 5; without the flag there is no limit',
  },
  'list-delay': {
    fine: (value: number) => value >= 0,
    wanted: 'a number of milliseconds from 0, such as 500',
  },
} as const

function optionsOf(values: Values) {
  const number = (flag: keyof typeof numeric): number | undefined => {
    const text = values[flag]
    if (text === undefined) return undefined
    const { fine, wanted } = numeric[flag]
    const value = Number(text)
    // Number also reads 0x50 and 1e3.
    if (/^-?(\d+\.?\d*|\.\d+)$/.test(text) && fine(value)) return value
    return refuse(`--${flag} ${JSON.stringify(text)} makes no sense: give ${wanted}.`)
  }
  const { host = '127.0.0.1', vocabulary = 'seed' } = values
  if (vocabulary !== 'seed' && vocabulary !== '2026-07') {
    return refuse(`--vocabulary ${JSON.stringify(vocabulary)} does not exist: give seed or 2026-07.`)
  }
  const noControl = values['no-control'] !== undefined
  if (noControl && values['control-port'] !== undefined) {
    refuse('--no-control and --control-port contradict each other: give one.')
  }
  const port = number('port') ?? 4010
  const controlPort = number('control-port') ?? 4012
  if (!noControl && port === controlPort && port !== 0) {
    refuse(`--port and --control-port are both ${port}: give two different ones, or --no-control.`)
  }
  const numbers = {
    speed: number('speed'),
    seed: number('seed'),
    maxConcurrent: number('max-concurrent'),
    listDelay: number('list-delay'),
  }
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined)
  return {
    host,
    port,
    controlPort: noControl ? (false as const) : controlPort,
    vocabulary,
    json: values.json !== undefined,
    ...(Object.fromEntries(given) as Pick<ServeOptions, 'speed' | 'seed' | 'maxConcurrent' | 'listDelay'>),
  } satisfies ServeOptions
}

/** Why it cannot listen, and what to do instead. */
function unheard(error: unknown, { host, controlPort }: ReturnType<typeof optionsOf>): string {
  const { message, cause } = error as Error
  const { code, port } = (cause ?? {}) as { code?: string; port?: number }
  const flag = port === controlPort ? '--control-port' : '--port'
  if (code === undefined) return message
  if (code === 'EADDRINUSE') return `Port ${port} is taken: give another ${flag}.`
  if (code === 'EACCES') return `Port ${port} is not allowed: give another ${flag}, above 1023.`
  return `Cannot listen on ${JSON.stringify(host)} (${code}): give another --host.`
}

/**
 * Runs the command line of `digame-mock` until its signal aborts.
 *
 * Rejects with a MockCommandError if the command line is wrong, or a port cannot be listened on.
 */
export async function runMockCommand(
  args: readonly string[],
  { name = 'digame-mock', out, signal }: MockCommandOptions,
): Promise<void> {
  const values = parse(args, name)
  if (values.help !== undefined) return out(usage(name))
  const options = optionsOf(values)
  const served = await serveMock(options, { out }).catch((error) => {
    throw new MockCommandError(unheard(error, options), 1)
  })
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await served.close()
}
