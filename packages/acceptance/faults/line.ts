/**
 * A small call service behind a bad line, down to the bytes on the socket.
 *
 * Each scenario has a base URL of its own, so that hundreds run side by side against one listener.
 */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

export interface Scenario {
  /** What the line does to a request to place a call. */
  readonly fault: Fault
  /** Whether the service made a call of it. */
  readonly created: boolean
  /** What the list of calls is like; a late one misses the call when it is read first. */
  readonly list: 'echoes' | 'silent' | 'late' | 'down' | 'forbidden'
  /** How far the service's clock is off, in milliseconds. */
  readonly clockOffsetMs: number
}

/** What is seen of a scenario from the service's side. */
export interface Line {
  readonly baseUrl: string
  readonly scenario: Scenario
  /** Requests to place a call that arrived whole. */
  posts: number
  lists: number
  readonly calls: Record<string, unknown>[]
  /** Resolves when a request to place a call has arrived. */
  readonly arrived: Promise<void>
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** Does to the socket what the line does, after the service has (or has not) acted. */
export type Fault = (socket: Socket, answer: () => Buffer) => void

export interface Network extends AsyncDisposable {
  open(scenario: Scenario): Line
  readonly port: number
}

export function respond(status: number, body = '', headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  const head = [`HTTP/1.1 ${status} Status`, ...lines.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Reads one whole request off what has come, and what is left of it. */
function parse(bytes: Buffer): { request: Request; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.subarray(0, end).toString('latin1')
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (bytes.length < end + 4 + length) return undefined
  const [method = '', path = ''] = head.split(' ')
  const body = bytes.subarray(end + 4, end + 4 + length).toString()
  return { request: { method, path, body }, rest: bytes.subarray(end + 4 + length) }
}

interface Live extends Line {
  readonly arrive: () => void
}

function act(line: Live, body: string): Record<string, unknown> {
  const { to_number, dynamic_variables } = JSON.parse(body) as Record<string, unknown>
  return {
    id: crypto.randomUUID(),
    agent_id: null,
    agent_version_id: null,
    status: 'dialing',
    type: 'outbound',
    contact: {
      id: crypto.randomUUID(),
      created_date: '2026-01-01T00:00:00Z',
      identifier: to_number,
      contact_type: 'call',
    },
    phone_register_id: null,
    created_date: new Date(Date.now() + line.scenario.clockOffsetMs).toISOString(),
    ...(line.scenario.list !== 'silent' && { dynamic_variables }),
  }
}

function listing(line: Live): Buffer {
  const { list, clockOffsetMs } = line.scenario
  const date = new Date(Date.now() + clockOffsetMs).toUTCString()
  if (list === 'down') return respond(503, '', { date })
  if (list === 'forbidden')
    return respond(403, '{"error_code":"MISSING_PERMISSIONS","message":"no"}', { date })
  const shown = list === 'late' && line.lists === 1 ? [] : line.calls
  return respond(200, JSON.stringify({ data: shown.toReversed(), has_more: false }), { date })
}

/** Listens on loopback; disposing ends every connection. */
export async function openNetwork(): Promise<Network> {
  const lines = new Map<string, Live>()
  const sockets = new Set<Socket>()

  function serve(socket: Socket, { method, path, body }: Request): void {
    const [, name = ''] = path.split('/')
    const line = lines.get(name)
    if (!line) {
      socket.end(respond(404, '{}', { connection: 'close' }))
      return
    }
    if (method === 'GET') {
      line.lists++
      socket.write(listing(line))
      return
    }
    line.posts++
    const call = act(line, body)
    if (line.scenario.created) line.calls.push(call)
    const date = new Date(Date.now() + line.scenario.clockOffsetMs).toUTCString()
    line.scenario.fault(socket, () => respond(201, JSON.stringify(call), { date }))
    line.arrive()
  }

  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A peer that goes away is the subject here, not a failure.
    socket.on('error', () => {})
    let bytes: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let found = parse(bytes); found; found = parse(bytes)) {
        bytes = found.rest
        serve(socket, found.request)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }

  return {
    port,
    open(scenario) {
      const name = crypto.randomUUID()
      const { promise, resolve } = Promise.withResolvers<void>()
      const baseUrl = `http://127.0.0.1:${port}/${name}`
      const line: Live = {
        baseUrl,
        scenario,
        posts: 0,
        lists: 0,
        calls: [],
        arrived: promise,
        arrive: resolve,
      }
      lines.set(name, line)
      return line
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
