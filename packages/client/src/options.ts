import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { DigaConfigError } from './errors.ts'
import type { DigaEvent } from './events.ts'

/** The part of the standard `fetch` that the client uses, with names of headers in lower case; `globalThis.fetch` and `mock.fetch` are such. */
export type Fetch = (
  url: string,
  init: {
    method: string
    headers: Record<string, string>
    body?: string
    signal: AbortSignal
    redirect: 'manual'
  },
) => Promise<Response>

/** Options of {@link Diga}; none is required where `DIGA_API_KEY` is in the environment. */
export interface DigaOptions {
  /** The API key. @default the environment variable `DIGA_API_KEY` */
  readonly apiKey?: string
  /** Where the service is. @default the environment variable `DIGA_BASE_URL`, or `https://api.diga.io` if that is not set; a blank one is refused */
  readonly baseUrl?: string
  /**
   * Sends the requests, each once: give none that retries by itself. With a fetch other than the runtime's own nothing is ever
   * known to have stayed unsent, so a create that failed without an answer is looked up, never sent again.
   *
   * @default the runtime's own
   */
  readonly fetch?: Fetch
  /** For one request through the end of its body, in milliseconds. @default 60,000 for a create, 30,000 for a GET */
  readonly timeoutMs?: number
  /**
   * How often a request is sent again after a passing failure, the first send not counted. A create is sent again
   * only when it is known that no call was made. @default 2
   */
  readonly maxRetries?: number
  /** How long after a send a call may still appear in the list, in milliseconds. @default 10,000 */
  readonly settleMs?: number
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Whether the idempotency key travels as the dynamic variable `digame_key`. Without it a lost call cannot be
   * recognised, and nothing is looked up. @default true
   */
  readonly marker?: boolean
  /** Told of requests, responses, retries, recovered calls and drift, but not of what `raw` and `concurrency` send. What it throws is ignored. */
  readonly onEvent?: (event: DigaEvent) => void
  /** A key in a browser is a leaked key, and the service refuses browsers. @default false */
  readonly dangerouslyAllowBrowser?: boolean
  /** Time; for tests. @default the system's clocks and timers */
  readonly clock?: Clock
  /** Uniform in [0, 1), for jitter; for tests. @default `Math.random` */
  readonly random?: () => number
}

/** Options, resolved once. */
export interface Settings {
  readonly apiKey: string
  readonly baseUrl: string
  readonly fetch: Fetch | undefined
  readonly timeoutMs: number | undefined
  readonly maxRetries: number
  readonly settleMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly marker: boolean
  readonly emit: (event: DigaEvent) => void
  readonly listening: boolean
  readonly clock: Clock
  readonly random: () => number
}

function environment(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
    return process?.env?.[name]?.trim()
  } catch {
    // Deno refuses without --allow-env.
    return undefined
  }
}

/** What is not a count or a span, in words; a NaN would make a loop endless or a deadline never come. */
export function badNumber(values: Readonly<Record<string, number | undefined>>): string | undefined {
  for (const name of Object.keys(values)) {
    const value = values[name]
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      return `${name} must be a number of 0 or more, not ${value}.`
  }
  return undefined
}

export function resolve(options: DigaOptions): Settings {
  const config = (code: string, message: string): never => {
    throw new DigaConfigError(message, { code })
  }
  const page = globalThis as { window?: { document?: unknown } }
  if (page.window?.document && !options.dangerouslyAllowBrowser) {
    config('BROWSER', 'Diga runs on servers: in a browser its API key is public. Call it from your backend.')
  }
  const apiKey =
    options.apiKey ??
    (environment('DIGA_API_KEY') ||
      config('NO_API_KEY', 'There is no API key: set DIGA_API_KEY or pass `new Diga({ apiKey })`.'))
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    config('INVALID_API_KEY', 'The API key is empty or has spaces or line breaks in it: copy it again.')
  }
  // What is set and blank is a slip, such as a variable of another name; it must not ring real phones.
  const baseUrl = options.baseUrl ?? environment('DIGA_BASE_URL') ?? 'https://api.diga.io'
  if (!/^https?:\/\/[^/?#\s@]+(\/[^?#\s]*)?$/.test(baseUrl) || !URL.canParse(baseUrl)) {
    config(
      'INVALID_BASE_URL',
      'The base URL must look like https://api.diga.io, without user, query or fragment.',
    )
  }
  const { timeoutMs, maxRetries = 2, settleMs = 10_000, onEvent } = options
  const bad = badNumber({ timeoutMs, maxRetries, settleMs })
  if (bad) config('INVALID_OPTION', bad)
  // A create in doubt would never end.
  if (settleMs === Number.POSITIVE_INFINITY) config('INVALID_OPTION', 'settleMs must have an end.')
  return {
    apiKey,
    baseUrl,
    fetch: options.fetch,
    timeoutMs,
    maxRetries,
    settleMs,
    headers: options.headers ?? {},
    marker: options.marker ?? true,
    listening: onEvent !== undefined,
    emit(event) {
      // A hook observes; it must not be able to change what becomes of a call, or to end the process.
      try {
        const later = onEvent?.(event) as Promise<void> | undefined
        later?.catch?.(() => {})
      } catch {}
    },
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
}
