/** The service over HTTP/2. Each scenario has a port of its own, so that a fault of one session cannot touch another. */
import { constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import { listenOnLoopback } from '@digame/test-support'
import { generate } from 'selfsigned'
import { createLine, type Line, listCalls, placeCall, type Reply, type Scenario } from './call-service.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants

/** Acts on a stream once its request has been read. */
export type StreamFault = (stream: ServerHttp2Stream, reply: Reply) => void

const headOf = ({ status, body, headers }: Reply): Record<string, string | number> => ({
  ':status': status,
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(body),
  ...headers,
})

function respond(stream: ServerHttp2Stream, reply: Reply): void {
  stream.respond(headOf(reply))
  stream.end(reply.body)
}

/** Tells the client that no stream newer than `last` was or will be processed, and closes the session. */
function goaway({ session }: ServerHttp2Stream, last: number): void {
  session?.goaway(NGHTTP2_NO_ERROR, last)
  setImmediate(() => session?.destroy())
}

/** Faults after which a call may have been made: a gateway may have passed the request on. */
export const streamFaults: Readonly<Record<string, StreamFault>> = {
  'refuses the stream over HTTP/2': (stream) => stream.close(NGHTTP2_REFUSED_STREAM),
  'resets the stream over HTTP/2': (stream) => stream.close(NGHTTP2_INTERNAL_ERROR),
  'sends GOAWAY from before the request': (stream) => goaway(stream, (stream.id ?? 0) - 2),
  'sends GOAWAY from after the request': (stream) => goaway(stream, stream.id ?? 0),
  'destroys the session over HTTP/2': ({ session }) => session?.destroy(),
  'resets the stream within the body': (stream, reply) => {
    stream.respond(headOf(reply))
    stream.write(reply.body.slice(0, -40), () => stream.close(NGHTTP2_CANCEL))
  },
}

export interface SecureNetwork extends AsyncDisposable {
  /** The certificate that clients must trust, in PEM. */
  readonly certificate: string
  open(scenario: Scenario<StreamFault>): Promise<Line>
}

export async function openSecureNetwork(): Promise<SecureNetwork> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const servers: Http2SecureServer[] = []
  return {
    certificate: cert,
    async open(scenario) {
      const server = createSecureServer({ key, cert })
      servers.push(server)
      const port = await listenOnLoopback(server)
      const line = createLine(`https://localhost:${port}`, scenario)
      server.on('session', (session) => session.on('error', () => {}))
      server.on('stream', (stream, headers) => {
        stream.on('error', () => {})
        if (headers[':method'] === 'GET') return respond(stream, listCalls(line))
        let body = ''
        stream.on('data', (bytes) => {
          body += bytes
        })
        stream.once('end', () => scenario.fault(stream, placeCall(line, body)))
      })
      return line
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close()
    },
  }
}
