import { fullBackoff } from '@digame/internal'
import { linkSignal } from '../abort.ts'
import type { DigaError } from '../errors.ts'
import { readBody } from '../http/body.ts'
import type { Core } from '../http/core.ts'
import { abortErrorOf, errorOf } from '../http/failure.ts'
import { isTemporary, pause, retryDelayMs } from '../http/read.ts'
import { requestInit } from '../http/send.ts'
import type { RequestOptions } from '../options.ts'

/** The longest wait that the service may ask for, in milliseconds. If it asks for more, this one is used. */
const longestDelayMs = 60_000

/** The longest line of a stream, in UTF-16 code units. A line without an end must not fill the memory. */
const longestLine = 65_536

/**
 * Reads the server-sent events of the account's live calls.
 *
 * Connects again whenever the stream ends, breaks, or is silent for `timeoutMs`. Ends by the caller's signal, by `break`, or
 * by a response that another try cannot change, such as a 401.
 */
export async function* concurrency(
  core: Core,
  { signal, timeoutMs = core.timeoutMs ?? 30_000, headers }: RequestOptions,
): AsyncGenerator<number, void, undefined> {
  const { clock, random } = core
  const built = core.build({ path: '/v1/call/concurrency/stream', headers })
  for (let failures = 0; ; failures++) {
    const { controller, unlink } = linkSignal(signal, clock)
    const id = crypto.randomUUID()
    let cancel = (): void => {}
    const restartTimeout = (): void => {
      cancel()
      cancel = clock.after(timeoutMs, () => controller.abort())
    }
    let error: DigaError | undefined
    try {
      signal?.throwIfAborted()
      restartTimeout()
      const fetch = core.fetch ?? globalThis.fetch
      const response = await fetch(built.url, requestInit(built, id, controller.signal))
      const { status, headers: responseHeaders, body } = response
      if (!response.ok) {
        const text = await readBody(response)
        const sent = { id, status, headers: responseHeaders, text, neverLeft: false } as const
        error = errorOf(built, sent, clock.now())
      } else if (body) {
        for await (const active of readCounts(body, controller.signal, restartTimeout)) {
          failures = 0
          // The time that the caller takes is not silence of the service.
          cancel()
          yield active
          restartTimeout()
        }
      }
    } catch (cause) {
      if (signal?.aborted) throw abortErrorOf(built, cause)
      error = errorOf(built, { id, why: 'connection', cause, neverLeft: false }, clock.now())
    } finally {
      cancel()
      controller.abort()
      unlink()
    }
    if (error && !isTemporary(error)) throw error
    const delayMs = error
      ? (retryDelayMs(core, failures, error) ?? longestDelayMs)
      : fullBackoff(failures, { firstMs: 1000, maxMs: 30_000, random })
    await pause(core, delayMs, signal, built)
  }
}

/** Yields the numbers in a stream of `data: {"active_calls": 3}` lines, and skips every other line. */
async function* readCounts(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onChunk: () => void,
): AsyncGenerator<number, void, undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  // The body of a caller's fetch may ignore the signal.
  signal.addEventListener('abort', () => reader.cancel().catch(() => {}))
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onChunk()
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|[\r\n]/)
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) return
    for (const line of lines) {
      const active = /^data: *\{.*"active_calls" *: *(\d+)/.exec(line)?.[1]
      if (active) yield Number(active)
    }
  }
}
