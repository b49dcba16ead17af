import { type Clock, systemClock } from '@digame/internal'
import { DigaConfigError, type DigaErrorFields, refuse } from './errors.ts'
import type { DigaEvent } from './events.ts'
import type { DigaOptions, Fetch } from './options.ts'
import { runtime } from './runtime.ts'

/** The options of a client, with the defaults filled in. */
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
  /** Whether anybody receives the events; if not, some need not be made. */
  readonly isListening: boolean
  readonly clock: Clock
  readonly random: () => number
}

const fail = (code: string, message: string): never => {
  throw new DigaConfigError(message, { code })
}

function readEnvironment(name: string): string | undefined {
  try {
    return runtime.process?.env?.[name]?.trim()
  } catch {
    // Deno refuses without --allow-env.
    return undefined
  }
}

function readApiKey(apiKey: string | undefined): string {
  const key =
    apiKey ??
    (readEnvironment('DIGA_API_KEY') ||
      fail('NO_API_KEY', 'No API key: set DIGA_API_KEY or pass `new Diga({ apiKey })`.'))
  if (!/^[\x21-\x7e]+$/.test(key)) {
    fail('INVALID_API_KEY', 'The API key is empty or contains whitespace: copy it again.')
  }
  return key
}

function readBaseUrl(baseUrl: string | undefined): string {
  // A variable that is set and blank is a mistake, such as a misspelt name in a template. It must not ring real phones.
  const url = baseUrl ?? readEnvironment('DIGA_BASE_URL') ?? 'https://api.diga.io'
  if (!/^https?:\/\/[^/?#\s@]+(\/[^?#\s]*)?$/.test(url) || !URL.canParse(url)) {
    fail(
      'INVALID_BASE_URL',
      'The base URL must look like https://api.diga.io, without user, query or fragment.',
    )
  }
  return url
}

/** Calls the hook so that it can neither change what happens to a call nor end the process. */
function createEmitter(onEvent: DigaOptions['onEvent']): Settings['emit'] {
  return (event) => {
    try {
      // An async hook returns a promise, whose rejection would otherwise go unhandled.
      const returned: unknown = onEvent?.(event)
      if (returned) Promise.resolve(returned).catch(() => {})
    } catch {}
  }
}

type Numbers = Readonly<Record<string, number | undefined>>

/**
 * Checks counts and durations: NaN would make a loop endless, or keep a deadline from passing.
 *
 * @throws DigaInvalidCallError, unless `reject` throws something else
 */
export function checkNumbers(
  values: Numbers,
  fields?: Partial<DigaErrorFields>,
  reject: typeof refuse = refuse,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      reject('INVALID_OPTION', `${name} must be a number of 0 or more, not ${value}.`, fields)
  }
}

/** @throws DigaConfigError */
export function resolveSettings(options: DigaOptions): Settings {
  if (runtime.window?.document && !options.dangerouslyAllowBrowser) {
    fail('BROWSER', 'In a browser the API key is public: use Diga on a server.')
  }
  const apiKey = readApiKey(options.apiKey)
  const baseUrl = readBaseUrl(options.baseUrl)
  const { timeoutMs, maxRetries = 2, settleMs = 10_000, onEvent } = options
  checkNumbers({ timeoutMs, maxRetries, settleMs }, undefined, fail)
  // A create in doubt would never end.
  if (!Number.isFinite(settleMs)) fail('INVALID_OPTION', 'settleMs must be finite.')
  return {
    apiKey,
    baseUrl,
    fetch: options.fetch,
    timeoutMs,
    maxRetries,
    settleMs,
    headers: options.headers ?? {},
    marker: options.marker ?? true,
    isListening: onEvent !== undefined,
    emit: createEmitter(onEvent),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
}
