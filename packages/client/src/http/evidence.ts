/**
 * Did a request leave this machine?
 *
 * Node's own fetch (undici) reports on two diagnostics channels: `undici:request:create` when it makes a request, and
 * `undici:client:sendHeaders` right before it writes the first byte. A request that was seen on the first and never on the
 * second did not leave. Where the first is silent (Bun, Deno, a caller's fetch) there is no evidence.
 */
import { isRecord } from '@digame/internal'
import { keepNewest } from '../newest.ts'
import { runtime } from '../runtime.ts'
import { diagnostics } from '../tracing.ts'
import { causesOf } from './redact.ts'

/** One send under observation. */
export interface Track {
  readonly id: string
  /** Whether undici made a request for it. */
  created: boolean
  /** Whether its headers were handed to the socket. */
  left: boolean
  /** The status that undici saw, even if it then sends the request again. */
  status?: number
  /** Why undici gave the request up, unless it was aborted. */
  error?: unknown
  /** Nothing may leave any more: the send was given up, or undici made a second request for it. */
  over: boolean
  /** Ends the send, because undici is about to send it a second time. */
  readonly abort: () => void
}

/** The property of an undici request that holds its track. A WeakMap would slow down every garbage collection. */
const tracked = Symbol('digame')

interface Message {
  request: { headers?: unknown; [tracked]?: Track }
  response?: { statusCode?: number }
  error?: unknown
  socket?: { alpnProtocol?: unknown; destroy?: () => void }
}

const byId = new Map<string, Track>()

/**
 * Whether undici reports sends over HTTP/2: `silent` while it is connected and nothing was reported, `seen` once a send was,
 * `deaf` for good once a body went out without a report.
 */
let h2: 'silent' | 'seen' | 'deaf' | undefined

function idOf(headers: unknown): string | undefined {
  if (Array.isArray(headers)) {
    for (let at = 0; at < headers.length; at += 2) {
      if (String(headers[at]).toLowerCase() === 'x-request-id') return String(headers[at + 1])
    }
    return undefined
  }
  return /^x-request-id: *(.+?)\r?$/im.exec(String(headers))?.[1]
}

const listeners: Record<string, (message: Message) => void> = {
  'undici:request:create': ({ request }) => {
    const track = byId.size > 0 && byId.get(idOf(request.headers) ?? '')
    if (!track) return
    request[tracked] = track
    // Node repeats a POST by itself after a 421. Aborting right here would find fetch in the middle of making the request.
    if (track.created) {
      track.over = true
      return queueMicrotask(track.abort)
    }
    track.created = true
  },
  'undici:client:sendHeaders': ({ request, socket }) => {
    if (socket?.alpnProtocol === 'h2' && h2 !== 'deaf') h2 = 'seen'
    const track = request[tracked]
    if (!track) return
    // An abort may come too late, or a wrapper around fetch may withhold it from the runtime. A destroyed socket sends nothing.
    if (track.left || track.over) socket?.destroy?.()
    track.left = true
  },
  // Node 20 and 22 report no sends over HTTP/2, which a global dispatcher may have switched on.
  'undici:client:connected': ({ socket }) => {
    if (socket?.alpnProtocol === 'h2') h2 ??= 'silent'
  },
  // The only report that Node 20 and 22 give over HTTP/2. For a request with a body it comes before any response.
  'undici:request:bodySent': ({ request }) => {
    const track = request[tracked]
    if (!track) return
    if (!track.left) h2 = 'deaf'
    track.left = true
  },
  'undici:request:headers': ({ request, response }) => {
    const track = request[tracked]
    if (track && response?.statusCode) track.status = response.statusCode
  },
  'undici:request:error': ({ request, error }) => {
    const track = request[tracked]
    if (track) track.error ??= error
  },
}

for (const [name, listener] of Object.entries(listeners)) {
  diagnostics()?.subscribe(name, (message) => {
    try {
      listener(message as Message)
    } catch {
      // A listener that throws would break every request of the process.
    }
  })
}

/** Observes the send with this `x-request-id` until {@link release}. */
export function observe(id: string, abort: () => void): Track {
  const track: Track = { id, created: false, left: false, over: false, abort }
  byId.set(id, track)
  return track
}

/**
 * The ids of sends that were given up after undici had made a request for them. They stay observed for a while: a wrapper
 * around the runtime's fetch that ignores its signal may still send them.
 */
const givenUp = new Set<string>()
const mostGivenUp = 1000

export function release({ id, over, created }: Track): void {
  if (!over || !created) return void byId.delete(id)
  const forgotten = keepNewest(givenUp, id, mostGivenUp)
  if (forgotten !== undefined) byId.delete(forgotten)
}

/**
 * Whether a failure itself says that no connection was made: Node's `syscall`, in its causes or in all of its `errors`.
 *
 * Causes may form a circle. Beyond a depth of five they prove nothing.
 */
function failedToConnect(error: unknown, depth = 0): boolean {
  if (!isRecord(error) || depth > 4) return false
  const { syscall, cause, errors } = error
  if (Array.isArray(errors) && errors.length > 0)
    return errors.every((one) => failedToConnect(one, depth + 1))
  return syscall === 'connect' || syscall === 'getaddrinfo' || failedToConnect(cause, depth + 1)
}

const hasCause = (error: unknown, cause: unknown): boolean => [error, ...causesOf(error)].includes(cause)

/**
 * Whether there is positive evidence that a failed send never left. Call it for the runtime's own fetch only.
 *
 * @param failure what fetch rejected with; `undefined` if the client stopped the send
 */
export function neverLeft(track: Track, failure: unknown): boolean {
  if (track.created) {
    // A failure that undici did not report belongs to another request: something wrapped fetch before this library was imported.
    const isOwn = track.error === undefined || hasCause(failure, track.error)
    return isOwn && !track.left && (h2 ?? 'seen') === 'seen'
  }
  // Deno reports "refused" even after it has sent a request twice. Where undici exists, its channels report every fetch of
  // its own, so silence means that fetch was replaced before this library was imported. Elsewhere its source text shows
  // whether it is the runtime's.
  if (runtime.Deno || runtime.process?.versions?.['undici']) return false
  return (
    /\[native code\]/.test(Function.prototype.toString.call(globalThis.fetch)) && failedToConnect(failure)
  )
}
