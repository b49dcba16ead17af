import { exponential, spread } from '@digame/internal'
import { linkSignal } from '../abort.ts'
import { type Call, hasEnded } from '../call.ts'
import { DigaAbortError, DigaError, DigaTimeoutError } from '../errors.ts'
import type { Core } from '../http/core.ts'
import { askedDelayMs, isTemporary, pause } from '../http/read.ts'
import type { RequestOptions } from '../options.ts'
import { checkNumbers } from '../settings.ts'
import type { WatchOptions } from './options.ts'

/** After this many failed polls in a row, each with its own retries, the last error is thrown. */
const mostFailures = 10

/** The longest wait after a failed poll, unless the service asks for more, in milliseconds. */
const longestBackoffMs = 30_000

/**
 * Polls a call until it has ended: every `intervalMs` while it is dialing or queued, and during a conversation at growing
 * intervals, up to ten times as long. Each wait varies by a fifth, so that many watchers do not poll in step.
 */
export async function* watch(
  core: Core,
  id: string,
  get: (id: string, options: RequestOptions) => Promise<Call>,
  options: WatchOptions,
): AsyncGenerator<Call, void, undefined> {
  const { deadlineMs, intervalMs = 1000, signal } = options
  checkNumbers({ deadlineMs, intervalMs })
  const route = { method: 'GET', path: `/v1/call/${id}` }
  const { controller, unlink } = linkSignal(signal, core.clock, deadlineMs)
  let last: string | undefined
  let waitMs = intervalMs
  let failures = 0
  let failure: DigaError | undefined
  try {
    for (;;) {
      try {
        const call = await get(id, { ...options, signal: controller.signal })
        failures = 0
        failure = undefined
        const isOver = hasEnded(call)
        waitMs =
          call.status === last && call.status === 'in_progress'
            ? Math.min(waitMs * 1.25, intervalMs * 10)
            : intervalMs
        if (call.status !== last || isOver) yield call
        if (isOver) return
        last = call.status
      } catch (error) {
        if (!(error instanceof DigaError) || !isTemporary(error) || ++failures >= mostFailures) throw error
        failure = error
        waitMs = Math.max(
          askedDelayMs(error) ?? 0,
          exponential(failures, { firstMs: intervalMs, maxMs: longestBackoffMs }),
        )
      }
      await pause(core, spread(waitMs, core.random), controller.signal, route)
    }
  } catch (error) {
    if (!(error instanceof DigaAbortError) || signal?.aborted) throw error
    const state = last === undefined ? 'the call could not be read' : 'the call had not ended; it goes on'
    throw new DigaTimeoutError(`GET ${route.path}: after ${deadlineMs} ms ${state}.`, {
      code: 'DEADLINE',
      cause: failure,
    })
  } finally {
    unlink()
  }
}
