import { linked } from '../clock.ts'
import { DigaAbortError, type DigaError } from '../errors.ts'
import { backoff, isPassing, pause } from '../http/read.ts'
import type { Core, RequestOptions } from '../http/request.ts'
import { errorOf } from '../http/response.ts'
import { bodyOf } from '../http/send.ts'

const where = 'GET /v1/call/concurrency/stream'

/**
 * Reads the server-sent events of the account's live calls, and connects again whenever the stream ends, breaks or says
 * nothing for `timeoutMs`. Ends by the caller's signal, by `break`, or by an answer that will not change.
 */
export async function* concurrency(
  core: Core,
  { signal, timeoutMs = core.timeoutMs ?? 30_000, headers }: RequestOptions,
): AsyncGenerator<number, void, undefined> {
  const { clock } = core
  const built = core.build(where, { path: '/v1/call/concurrency/stream', headers })
  for (let failures = 0; ; failures++) {
    const { controller, unlink } = linked(signal)
    const id = crypto.randomUUID()
    let cancel = (): void => {}
    const alive = (): void => {
      cancel()
      cancel = clock.after(timeoutMs, () => controller.abort())
    }
    let error: DigaError | undefined
    let response: Response | undefined
    try {
      signal?.throwIfAborted()
      alive()
      const init = {
        method: 'GET',
        headers: { 'x-request-id': id, ...built.headers },
        signal: controller.signal,
        redirect: 'manual' as const,
      }
      response = await (core.fetch ?? globalThis.fetch)(built.url, init)
      const { status } = response
      const sent = { id, status, headers: response.headers, neverLeft: false }
      error = response.ok
        ? undefined
        : errorOf(where, { ...sent, text: await bodyOf(response) }, {}, clock.now())
      if (!error && response.body) {
        for await (const active of events(response.body, controller.signal, alive)) {
          failures = 0
          // The time that the caller takes is not silence.
          cancel()
          yield active
          alive()
        }
      }
    } catch (cause) {
      if (signal?.aborted) throw new DigaAbortError(`${where} was aborted.`, { code: 'ABORTED', cause })
      error = errorOf(where, { id, why: 'connection', cause, neverLeft: false }, {}, clock.now())
    } finally {
      cancel()
      controller.abort()
      unlink()
    }
    if (error && !isPassing(error)) throw error
    const delayMs = error
      ? (backoff(core, failures, error) ?? 60_000)
      : core.random() * Math.min(30_000, 1000 * 2 ** failures)
    await pause(core, delayMs, signal, where)
  }
}

/** The numbers in a stream of `data: {"active_calls": 3}` lines; whatever else stands in it is passed over. */
async function* events(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  heard: () => void,
): AsyncGenerator<number, void, undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  // The body that a caller's fetch gives may be deaf to the signal.
  signal.addEventListener('abort', () => reader.cancel().catch(() => {}))
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    heard()
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|[\r\n]/)
    rest = lines.pop() ?? ''
    // No event is that long; a line without an end must not fill the memory.
    if (rest.length > 65_536) return
    for (const line of lines) {
      const active = /^data: *\{.*"active_calls" *: *(\d+)/.exec(line)?.[1]
      if (active) yield Number(active)
    }
  }
}
