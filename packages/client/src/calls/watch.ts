import { type Call, hasEnded } from '../call.ts'
import { linked } from '../clock.ts'
import { DigaAbortError, DigaError, DigaInvalidCallError, DigaTimeoutError } from '../errors.ts'
import { isPassing, pause } from '../http/read.ts'
import type { Core, RequestOptions } from '../http/request.ts'
import { badNumber } from '../options.ts'

/** Options of `calls.watch` and `calls.wait`. */
export interface WatchOptions extends RequestOptions {
  /** For the whole of it, in milliseconds. @default none: a call ends when it ends */
  readonly deadlineMs?: number
  /** The shortest time between two looks at the call, in milliseconds. @default 1000 */
  readonly intervalMs?: number
}

/** So many looks in a row may fail for passing reasons, each with retries of its own, before the last error is thrown. */
const patience = 10

/**
 * Looks at a call until it has ended: every `intervalMs` while it is dialing or queued, then ever more slowly, up to
 * ten times as long, within a conversation. Each wait is spread by a fifth, so that many watchers do not march in step.
 */
export async function* watch(
  core: Core,
  id: string,
  get: (id: string, options: RequestOptions) => Promise<Call>,
  options: WatchOptions,
): AsyncGenerator<Call, void, undefined> {
  const { deadlineMs, intervalMs = 1000, signal, ...rest } = options
  const bad = badNumber({ deadlineMs, intervalMs })
  if (bad) throw new DigaInvalidCallError(bad, { code: 'INVALID_OPTION' })
  const where = `GET /v1/call/${id}`
  const { controller, unlink } = linked(signal)
  const cancel = deadlineMs === undefined ? undefined : core.clock.after(deadlineMs, () => controller.abort())
  let last: string | undefined
  let waitMs = intervalMs
  let failures = 0
  let failure: DigaError | undefined
  try {
    for (;;) {
      try {
        const call = await get(id, { ...rest, signal: controller.signal })
        failures = 0
        failure = undefined
        const ended = hasEnded(call)
        waitMs =
          call.status === last && call.status === 'in_progress'
            ? Math.min(waitMs * 1.25, intervalMs * 10)
            : intervalMs
        if (call.status !== last || ended) yield call
        if (ended) return
        last = call.status
      } catch (error) {
        if (!(error instanceof DigaError) || !isPassing(error) || ++failures >= patience) throw error
        failure = error
        const { retryAfterMs = 0 } = error as { retryAfterMs?: number }
        waitMs = Math.max(retryAfterMs, Math.min(intervalMs * 2 ** failures, 30_000))
      }
      await pause(core, waitMs * (0.8 + 0.4 * core.random()), controller.signal, where)
    }
  } catch (error) {
    if (!(error instanceof DigaAbortError) || signal?.aborted) throw error
    const seen = last === undefined ? 'nothing was heard of the call' : 'the call had not ended; it goes on'
    throw new DigaTimeoutError(`${where}: after ${deadlineMs} ms ${seen}.`, {
      code: 'DEADLINE',
      cause: failure,
    })
  } finally {
    cancel?.()
    unlink()
  }
}
