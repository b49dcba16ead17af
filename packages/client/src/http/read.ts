import { fullBackoff } from '@digame/internal'
import { sleep } from '../abort.ts'
import { DigaApiError, type DigaError } from '../errors.ts'
import type { RequestOptions } from '../options.ts'
import { checkNumbers, type Settings } from '../settings.ts'
import type { Core, Draft } from './core.ts'
import { abortErrorOf, errorOf, type Route } from './failure.ts'
import type { Sent } from './send.ts'
import { parseSuccess } from './success.ts'

/** Statuses, and codes of errors without a whole response, after which the same read may succeed. */
const temporary = new Set<unknown>([408, 429, 500, 502, 503, 504, 'CONNECTION', 'TIMEOUT', 'BODY_CUT'])

/** The longest delay that the service may ask for, in milliseconds; beyond it the client gives up instead of waiting. */
const longestAskedMs = 60_000

/** Whether the same read may succeed next time. */
export const isTemporary = ({ status = 0, code }: DigaError): boolean =>
  temporary.has(status >= 300 ? status : code)

/** The delay that the service asked for with `Retry-After`, in milliseconds. */
export const askedDelayMs = (error: DigaError): number | undefined =>
  error instanceof DigaApiError ? error.retryAfterMs : undefined

/**
 * How long to wait before the next send, in milliseconds: the delay that the service asks for, or exponential backoff with
 * full jitter, from half a second up to eight. `undefined` if the service asks for more than a minute.
 */
export function retryDelayMs({ random }: Settings, retry: number, error: DigaError): number | undefined {
  const asked = askedDelayMs(error)
  if (asked !== undefined) return asked <= longestAskedMs ? asked : undefined
  return fullBackoff(retry, { firstMs: 500, maxMs: 8000, random })
}

/** What a request returned, and the send that brought it. */
export interface Read<Value> {
  readonly value: Value
  readonly sent: Sent
}

/** Reads, and tries again after temporary failures. @throws DigaError, also for a body that `isValue` rejects */
export async function read<Value>(
  core: Core,
  draft: Draft,
  options: RequestOptions,
  isValue: (body: unknown) => body is Value,
): Promise<Read<Value>> {
  const { signal, timeoutMs = core.timeoutMs ?? 30_000, maxRetries = core.maxRetries, headers } = options
  checkNumbers({ timeoutMs, maxRetries })
  const built = core.build({ ...draft, headers })
  const { method, path } = built
  for (let retry = 0; ; retry++) {
    const sent = await core.dispatch(built, retry, { timeoutMs, signal })
    const value = parseSuccess(sent)
    if (isValue(value)) return { value, sent }
    const error = errorOf(built, sent, core.clock.now())
    const delayMs = retry < maxRetries && isTemporary(error) ? retryDelayMs(core, retry, error) : undefined
    if (delayMs === undefined) throw error
    core.emit({ type: 'retry', method, path, requestId: sent.id, delayMs, reason: error.code })
    await pause(core, delayMs, signal, built)
  }
}

/** Sleeps; an abort rejects with the same error as an aborted send. */
export async function pause(
  { clock }: Settings,
  ms: number,
  signal: AbortSignal | undefined,
  route: Route,
): Promise<void> {
  await sleep(clock, ms, signal).catch((cause) => {
    throw abortErrorOf(route, cause)
  })
}
