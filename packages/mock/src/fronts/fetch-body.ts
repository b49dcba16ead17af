import type { MockResponse } from '../contract/responses.ts'
import type { Reaction } from '../service/handle.ts'
import { bodyTerminated } from './fetch-errors.ts'

export type Signal = AbortSignal | undefined

/** Functions that end the open streams and the requests that wait; called when the mock closes. */
export type OpenEnds = Set<() => void>

/** Runs `onAbort` when the signal aborts, `onClose` when the mock closes; returns a function that forgets both. */
export function onEnd(
  openEnds: OpenEnds,
  signal: Signal,
  onAbort: () => void,
  onClose: () => void,
): () => void {
  openEnds.add(onClose)
  signal?.addEventListener('abort', onAbort)
  return () => {
    openEnds.delete(onClose)
    signal?.removeEventListener('abort', onAbort)
  }
}

interface BodyOptions {
  readonly start: string
  /** Whether the connection breaks when more than `start` is read. */
  readonly isTorn?: boolean
  readonly stream?: MockResponse['stream'] | undefined
}

/** A body that does not end with its start: it is torn, or goes on, or stays silent. */
function createBodyStream(
  openEnds: OpenEnds,
  signal: Signal,
  { start, isTorn = false, stream }: BodyOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let finish = () => {}
  let tear = () => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = (error: unknown) => {
        finish()
        controller.error(error)
      }
      tear = () => fail(bodyTerminated())
      const forget = onEnd(openEnds, signal, () => fail(signal?.reason), tear)
      controller.enqueue(encoder.encode(start))
      const stop = stream?.((text) => controller.enqueue(encoder.encode(text)))
      finish = () => {
        forget()
        stop?.()
      }
    },
    pull() {
      if (isTorn) tear()
    },
    cancel: () => finish(),
  })
}

const statusesWithoutBody = new Set([204, 205, 304])

const firstHalf = (text: string) => text.slice(0, Math.floor(text.length / 2))

/** The body that a fetch gets, after what the fault does to it. */
export function createBody(
  openEnds: OpenEnds,
  signal: Signal,
  { response: { status, body, stream }, fault }: Reaction,
): ReadableStream<Uint8Array> | string | null {
  if (fault !== undefined) {
    return createBodyStream(openEnds, signal, { start: firstHalf(body), isTorn: fault === 'half_body' })
  }
  if (stream !== undefined) return createBodyStream(openEnds, signal, { start: body, stream })
  return statusesWithoutBody.has(status) ? null : body
}
