/**
 * A bad line to the service, down to the bytes on the socket.
 *
 * Each scenario has a base URL of its own, so that hundreds run side by side against one listener.
 */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { listenOnLoopback } from '@digame/test-support'
import { createLine, type Line, listCalls, missing, placeCall, type Scenario } from './call-service.ts'

/** Acts on the socket in place of the line, after the service has acted or not. */
export type Fault = (socket: Socket, response: () => Buffer) => void

export interface Network extends AsyncDisposable {
  open(scenario: Scenario<Fault>): Line
  /** The open connections. */
  readonly sockets: Iterable<Socket>
  readonly port: number
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** The bytes of a response. */
export function respond(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  const head = [`HTTP/1.1 ${status} Status`, ...lines.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Splits the first whole request off the bytes received so far; undefined if it is not complete. */
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

/**
 * Listens on loopback; disposing ends every connection.
 *
 * The first `unread` connections are reset before anything is read from them.
 */
export async function openNetwork({ unread = 0 }: { unread?: number } = {}): Promise<Network> {
  const lines = new Map<string, { line: Line; fault: Fault }>()
  const sockets = new Set<Socket>()
  let connections = 0

  function serve(socket: Socket, { method, path, body }: Request, kept: boolean): void {
    const [, name = ''] = path.split('/')
    const { line, fault } = lines.get(name) ?? {}
    if (!line || !fault) {
      socket.end(respond(404, '{}', { connection: 'close' }))
      return
    }
    if (method === 'GET') {
      const { status, body, headers } = path.includes('/v1/call/?') ? listCalls(line) : missing
      socket.write(respond(status, body, headers))
      return
    }
    if (kept) line.kept++
    const { status, body: text, headers } = placeCall(line, body)
    fault(socket, () => respond(status, text, headers))
  }

  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // That a peer goes away is expected here.
    socket.on('error', () => {})
    if (++connections <= unread) {
      socket.once('readable', () => socket.resetAndDestroy())
      return
    }
    let bytes: Buffer = Buffer.alloc(0)
    let requests = 0
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let found = parse(bytes); found; found = parse(bytes)) {
        bytes = found.rest
        serve(socket, found.request, requests++ > 0)
      }
    })
  })
  const port = await listenOnLoopback(server)

  return {
    port,
    sockets,
    open(scenario) {
      const name = crypto.randomUUID()
      const line = createLine(`http://127.0.0.1:${port}/${name}`, scenario)
      lines.set(name, { line, fault: scenario.fault })
      return line
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
