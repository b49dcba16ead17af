/** What the line does to a request that places a call, and what a client can know afterwards. */
import type { Socket } from 'node:net'
import { type Fault, respond } from './line.ts'

export interface FaultCase {
  readonly name: string
  /** What a client can say afterwards. */
  readonly placed: 'no' | 'maybe'
  readonly fault: Fault
  /** Whether the client notices only at its deadline. */
  readonly slow?: boolean
  /** Whether the caller aborts a moment after the fault. */
  readonly aborts?: boolean
  /** Whether the connection has served another request. */
  readonly reuses?: boolean
  /** Acts on the open connections right before the request is written to one, too late for the client to notice. */
  readonly before?: (sockets: Iterable<Socket>) => void
  /** Whether the connection is reset before anything was read from it, so that no call can have been made. */
  readonly unread?: boolean
}

const html = '<html><h1>Bad gateway</h1></html>'
const later = (ms: number, run: () => void): void => void setTimeout(run, ms)
const half = (response: Buffer): Buffer => response.subarray(0, response.length - 40)

const status =
  (code: number, body = '', headers: Record<string, string> = {}): Fault =>
  (socket) =>
    void socket.write(respond(code, body, headers))

const refusal = (code: number): FaultCase => ({
  name: `responds with ${code}`,
  placed: 'no',
  fault: status(code, `{"status":"error","error_code":"NO","message":"+34612345678 is refused"}`, {
    ...(code < 400 && { location: '/elsewhere/' }),
  }),
})

const doubt = (code: number, what = '', body = '', type = 'application/json'): FaultCase => ({
  name: `responds with ${code}${what && ` and ${what}`}`,
  placed: 'maybe',
  fault: status(code, body, { 'content-type': type, ...(code < 400 && { location: '/elsewhere/' }) }),
})

const broken = (name: string, fault: Fault, slow = false): FaultCase => ({
  name,
  placed: 'maybe',
  fault,
  slow,
})

/** Faults after which a call may have been made. */
export const doubts: readonly FaultCase[] = [
  ...[301, 302, 303, 408, 409, 425, 499, 500, 503, 504].map((code) => doubt(code)),
  doubt(500, "the API's error", '{"status":"error","error_code":"INTERNAL_SERVER_ERROR","message":"no"}'),
  doubt(502, 'HTML', html, 'text/html'),
  doubt(200, 'HTML', html, 'text/html'),
  doubt(201, 'a list', '[]'),
  doubt(201, 'a call without an id', '{"status":"dialing"}'),
  doubt(202, 'an id alone', '{"id":"a gateway\'s own"}'),
  doubt(204),
  broken('resets after the request was read', (socket) => socket.resetAndDestroy()),
  { ...broken('resets before the request was read', () => {}), unread: true },
  {
    ...broken('resets a kept connection at the request', (socket) => socket.resetAndDestroy()),
    reuses: true,
  },
  { ...broken('ends a kept connection at the request', (socket) => void socket.end()), reuses: true },
  {
    ...broken('has just reset the kept connection', () => {}),
    reuses: true,
    unread: true,
    before(sockets) {
      for (const socket of sockets) socket.resetAndDestroy()
    },
  },
  {
    ...broken('has just ended the kept connection', (socket) => socket.destroy()),
    reuses: true,
    before(sockets) {
      for (const socket of sockets) socket.end()
    },
  },
  broken('ends the connection without a response', (socket) => void socket.end()),
  broken(
    'ends the connection within the head',
    (socket, response) => void socket.end(response().subarray(0, 30)),
  ),
  broken('ends the connection within the body', (socket, response) => void socket.end(half(response()))),
  broken('resets the connection within the body', (socket, response) => {
    socket.write(half(response()))
    later(20, () => socket.resetAndDestroy())
  }),
  broken('is silent', () => {}, true),
  broken('is silent within the body', (socket, response) => void socket.write(half(response())), true),
  broken(
    'responds with something that is not HTTP',
    (socket: Socket) => void socket.end('220 mail ready\r\n'),
  ),
  broken('promises a body over 10 MiB', (socket) => {
    socket.write(
      'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 20000000\r\n\r\n{',
    )
  }),
]

/** Moments at which a caller aborts after the request has arrived. */
export const aborts: readonly FaultCase[] = Object.entries<Fault>({
  'has the request, and the caller aborts': () => {},
  'has begun the head of a response, and the caller aborts': (socket, response) =>
    void socket.write(response().subarray(0, 30)),
  'has begun the body of a response, and the caller aborts': (socket, response) =>
    void socket.write(half(response())),
}).map(([name, fault]) => ({ name, placed: 'maybe', fault, aborts: true }))

/** Responses that prove that no call was made. */
export const refusals: readonly FaultCase[] = [
  307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428,
  431,
].map(refusal)
