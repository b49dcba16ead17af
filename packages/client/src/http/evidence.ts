/**
 * Did a request leave the machine?
 *
 * Node's own fetch (undici) tells on two diagnostics channels: `undici:request:create` when a request is made, and
 * `undici:client:sendHeaders` right before its first byte is written. A request that was seen on the first and never on
 * the second did not leave. Where the first is silent (Bun, Deno, a fetch of the caller's) there is no evidence.
 */
import { diagnostics } from '../tracing.ts'

/** One send under observation. */
export interface Track {
  readonly id: string
  /** undici made a request of it. */
  created: boolean
  /** Its headers were handed to the socket. */
  left: boolean
  /** The status that undici itself saw, also where it goes on to send again. */
  status?: number
  /** Why undici gave its request up; an abort is none. */
  error?: unknown
  /** Nothing may leave any more: the send was given up, or made a second time. */
  over: boolean
  /** Ends the send: undici was about to send it a second time. */
  readonly abort: () => void
}

/** Where a request of undici's carries its track: a WeakMap would cost each garbage collection. */
const tracked = Symbol('digame')

interface Message {
  request: { headers?: unknown; [tracked]?: Track }
  response?: { statusCode?: number }
  error?: unknown
  socket?: { alpnProtocol?: unknown; destroy?: () => void }
}

const byId = new Map<string, Track>()
/** Whether sends over HTTP/2 are told of; `deaf` is what was found out, and stays. */
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
    // Node sends a POST again by itself when it is answered 421. An abort right here would find fetch half made.
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
    // An abort may come too late, or be kept from the runtime by whoever wrapped fetch; a destroyed socket sends nothing.
    if (track.left || track.over) socket?.destroy?.()
    track.left = true
  },
  // Node 20 and 22 tell nothing of sends over HTTP/2, which a global dispatcher may have switched on.
  'undici:client:connected': ({ socket }) => {
    if (socket?.alpnProtocol === 'h2') h2 ??= 'silent'
  },
  // Over HTTP/2 that is all that Node 20 and 22 tell, and it comes before any answer to a request with a body.
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
      // A listener that throws would break the requests of the whole process.
    }
  })
}

/** Observes the send of this `x-request-id` until {@link release}. */
export function observe(id: string, abort: () => void): Track {
  const track: Track = { id, created: false, left: false, over: false, abort }
  byId.set(id, track)
  return track
}

/** What was given up stays known for a while: a fetch around the runtime's, deaf to its signal, may send it yet. */
const givenUp = new Set<string>()

export function release({ id, over, created }: Track): void {
  if (!over || !created) return void byId.delete(id)
  givenUp.add(id)
  if (givenUp.size <= 1000) return
  const oldest = givenUp.values().next().value as string
  givenUp.delete(oldest)
  byId.delete(oldest)
}

interface SystemError {
  readonly syscall?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

/** Whether a failure says by itself that no connection came about: Node's `syscall`, anywhere in its causes. */
function failedToConnect(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { syscall, cause, errors } = error as SystemError
  if (Array.isArray(errors) && errors.length > 0) return errors.every(failedToConnect)
  return syscall === 'connect' || syscall === 'getaddrinfo' || failedToConnect(cause)
}

const causes = (error: unknown, cause: unknown): boolean =>
  error === cause ||
  (typeof error === 'object' && error !== null && causes((error as SystemError).cause, cause))

/**
 * Whether there is positive evidence that a failed send never left; only asked of the runtime's own fetch, with the failure
 * unless it was stopped.
 */
export function neverLeft(track: Track, failure: unknown): boolean {
  if (track.created) {
    // A failure of another origin is that of another request: fetch was wrapped before this library was imported.
    const isOwn = track.error === undefined || causes(failure, track.error)
    return isOwn && !track.left && (h2 ?? 'seen') === 'seen'
  }
  const { Deno, process, fetch } = globalThis as typeof globalThis & {
    Deno?: object
    process?: { versions?: { undici?: string } }
  }
  // Deno reports "refused" also after it has sent a request twice. Where there is undici its channels tell of every
  // fetch of its own: silence means that fetch was replaced before this library was imported; elsewhere its text tells.
  if (Deno || process?.versions?.undici) return false
  return /\[native code\]/.test(Function.prototype.toString.call(fetch)) && failedToConnect(failure)
}
