import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { IncomingRequest } from '../contract/request.ts'
import type { Handler, Reaction } from '../service/handle.ts'
import { readBody } from './read-body.ts'
import { closeServer, listenOn } from './sockets.ts'

/** The mock behind sockets. */
export interface HttpFront {
  /** Listens and resolves with the URL; port 0 takes a free port. */
  listen(port: number, host: string): Promise<string>
  /** Closes every server and every connection. */
  close(): Promise<void>
}

function toPlainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

function toIncomingRequest(request: IncomingMessage): IncomingRequest {
  const headers = toPlainHeaders(request)
  const target = request.url ?? '/'
  const queryStart = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    origin: `http://${headers['host'] ?? 'localhost'}`,
    path: queryStart < 0 ? target : target.slice(0, queryStart),
    search: queryStart < 0 ? '' : target.slice(queryStart),
    headers,
    readBody: () => readBody(request),
  }
}

/** Sends a response, or its first half if a fault spoils the body. */
function sendResponse(
  { response: { status, headers, body, stream }, fault }: Reaction,
  response: ServerResponse,
): void {
  response.sendDate = false
  const bytes = Buffer.from(body)
  const hasLength = stream === undefined && status !== 204 && status !== 304
  response.writeHead(status, { ...headers, ...(hasLength && { 'content-length': bytes.length }) })
  if (fault !== undefined) {
    response.write(bytes.subarray(0, bytes.length >> 1), () => {
      if (fault === 'half_body') response.socket?.destroySoon()
    })
  } else if (stream === undefined) {
    response.end(bytes)
  } else {
    response.write(bytes)
    const stop = stream((text) => response.write(text))
    response.once('close', stop)
  }
}

function carryOut(reaction: Reaction, response: ServerResponse): void {
  const { socket } = response
  switch (reaction.fault) {
    case 'reset_before':
    case 'reset_after':
      socket?.resetAndDestroy()
      break
    case 'fin':
      socket?.destroySoon()
      break
    case 'silence':
      break
    default:
      sendResponse(reaction, response)
  }
}

export function createHttpFront(handle: Handler): HttpFront {
  const servers = new Set<Server>()

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    handle(toIncomingRequest(request)).then(
      (reaction) => carryOut(reaction, response),
      // The client broke off its request: it gets no response.
      () => response.destroy(),
    )
  }

  return {
    async listen(port, host) {
      const { server, url } = await listenOn(serve, port, host)
      servers.add(server)
      return url
    },
    async close() {
      const closing = [...servers].map(closeServer)
      servers.clear()
      await Promise.all(closing)
    },
  }
}
