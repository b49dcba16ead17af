import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { BodyTooLong, longestBody } from '../contract/body-limit.ts'
import type { Arrival } from '../contract/request.ts'
import type { Core, Outcome } from '../service/handle.ts'
import { listenOn, shut } from './sockets.ts'

/** The mock behind sockets. */
export interface HttpFront {
  /** Begins to listen and resolves with the URL; port 0 takes a free one. */
  listen(port: number, host: string): Promise<string>
  /** Ends every server and every connection. */
  close(): Promise<void>
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

/** A client hears of the limit only after it has sent its body; so much of it is thrown away meanwhile, in bytes. */
const mostThrownAway = 16 * longestBody

/** Reads the body of a request; rejects if the connection ends before it does, or with a BodyTooLong. */
export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  // Left early, the stream must stay open for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length
    if (size <= longestBody) chunks.push(chunk as Buffer)
    else chunks.length = 0
    if (size > mostThrownAway) break
  }
  if (size > longestBody) throw new BodyTooLong()
  return Buffer.concat(chunks).toString('utf8')
}

function arrivalOf(request: IncomingMessage): Arrival {
  const headers = headersOf(request)
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    origin: `http://${headers['host'] ?? 'localhost'}`,
    path: mark < 0 ? target : target.slice(0, mark),
    search: mark < 0 ? '' : target.slice(mark),
    headers,
    body: () => textOf(request),
  }
}

function speak(
  { answer: { status, headers, body, stream }, fault }: Outcome,
  response: ServerResponse,
): void {
  response.sendDate = false
  const bytes = Buffer.from(body)
  const counted = stream === undefined && status !== 204 && status !== 304
  response.writeHead(status, { ...headers, ...(counted && { 'content-length': bytes.length }) })
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

function give(outcome: Outcome, response: ServerResponse): void {
  const { socket } = response
  switch (outcome.fault) {
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
      speak(outcome, response)
  }
}

export function createHttpFront(core: Core): HttpFront {
  const servers = new Set<Server>()

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    core(arrivalOf(request)).then(
      (outcome) => give(outcome, response),
      // A client that left in the middle of its request gets no answer.
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
      const ending = [...servers].map(shut)
      servers.clear()
      await Promise.all(ending)
    },
  }
}
