import { sleep } from '../clock.ts'
import { type DigaError, DigaInvalidCallError } from '../errors.ts'
import { badNumber, type Settings } from '../options.ts'
import type { Core, Draft, RequestOptions } from './request.ts'
import { told } from './request.ts'
import { errorOf, json, unreadable } from './response.ts'
import type { Sent } from './send.ts'

const passing = new Set([408, 429, 500, 502, 503, 504])

/** Whether the same read may go better next time. */
export function isPassing(error: DigaError): boolean {
  if (error.status !== undefined && error.status >= 300) return passing.has(error.status)
  return error.code === 'CONNECTION' || error.code === 'TIMEOUT' || error.code === 'BODY_CUT'
}

/**
 * How long to wait before the next send, in milliseconds: what the service asks for, or exponential backoff with full
 * jitter from half a second to eight. `undefined` where the service asks for more than a minute.
 */
export function backoff(core: Settings, retry: number, error: DigaError): number | undefined {
  const asked = (error as { retryAfterMs?: number }).retryAfterMs
  if (asked !== undefined) return asked <= 60_000 ? asked : undefined
  return core.random() * Math.min(8000, 500 * 2 ** retry)
}

/** What was read, and the send that brought it. */
export interface Read {
  readonly body: unknown
  readonly sent: Sent
}

/** Reads, and tries again after passing failures. @throws DigaError */
export async function read(
  core: Core,
  where: string,
  draft: Omit<Draft, 'headers'>,
  options: RequestOptions,
  check: (body: unknown) => boolean,
): Promise<Read> {
  const { signal, timeoutMs = core.timeoutMs ?? 30_000, maxRetries = core.maxRetries, headers } = options
  const bad = badNumber({ timeoutMs, maxRetries })
  if (bad) throw new DigaInvalidCallError(bad, { code: 'INVALID_OPTION' })
  const built = core.build(where, { ...draft, headers })
  for (let retry = 0; ; retry++) {
    const sent = await core.dispatch(built, where, retry, { timeoutMs, signal })
    let error = errorOf(where, sent, {}, core.clock.now())
    if (!error) {
      const body = json(sent.text)
      if (check(body)) return { body, sent }
      error = unreadable(where, sent, {})
    }
    const delayMs = retry < maxRetries && isPassing(error) ? backoff(core, retry, error) : undefined
    if (delayMs === undefined) throw error
    core.emit({ type: 'retry', ...told(where), requestId: sent.id, delayMs, reason: error.code })
    await pause(core, delayMs, signal, where)
  }
}

/** Sleeps; an abort ends it as the same error that an aborted send gives. */
export async function pause(
  core: Settings,
  ms: number,
  signal: AbortSignal | undefined,
  where: string,
): Promise<void> {
  await sleep(core.clock, ms, signal).catch((cause) => {
    throw errorOf(where, { id: '', why: 'aborted', cause, neverLeft: true }, {}, 0)
  })
}
