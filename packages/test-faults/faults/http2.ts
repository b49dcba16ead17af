/** The service over HTTP/2, each scenario on a port of its own: what ends one session must not touch another. */
import { once } from 'node:events'
import { constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import { generate } from 'selfsigned'
import { type Answer, type Line, lineOf, listing, place, type Scenario } from './call-service.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants

/** What befalls a stream once its request has been read. */
export type StreamFault = (stream: ServerHttp2Stream, answer: Answer) => void

const headOf = ({ status, body, headers }: Answer): Record<string, string | number> => ({
  ':status': status,
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(body),
  ...headers,
})

function respond(stream: ServerHttp2Stream, answer: Answer): void {
  stream.respond(headOf(answer))
  stream.end(answer.body)
}

/** Tells the client that nothing newer than the stream `last` was or will be acted on, and closes the session. */
function goaway({ session }: ServerHttp2Stream, last: number): void {
  session?.goaway(NGHTTP2_NO_ERROR, last)
  setImmediate(() => session?.destroy())
}

/** None of these proves that no call was made: a gateway in front may have passed the request on. */
export const streamFaults: Readonly<Record<string, StreamFault>> = {
  'refuses the stream over HTTP/2': (stream) => stream.close(NGHTTP2_REFUSED_STREAM),
  'resets the stream over HTTP/2': (stream) => stream.close(NGHTTP2_INTERNAL_ERROR),
  'sends GOAWAY from before the request': (stream) => goaway(stream, (stream.id ?? 0) - 2),
  'sends GOAWAY from after the request': (stream) => goaway(stream, stream.id ?? 0),
  'destroys the session over HTTP/2': ({ session }) => session?.destroy(),
  'resets the stream within the body': (stream, answer) => {
    stream.respond(headOf(answer))
    stream.write(answer.body.slice(0, -40), () => stream.close(NGHTTP2_CANCEL))
  },
}

export interface SecureNetwork extends AsyncDisposable {
  /** In PEM, for clients to trust. */
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
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      servers.push(server)
      const { port } = server.address() as { port: number }
      const line = lineOf(`https://localhost:${port}`, scenario)
      server.on('session', (session) => session.on('error', () => {}))
      server.on('stream', (stream, headers) => {
        stream.on('error', () => {})
        if (headers[':method'] === 'GET') return respond(stream, listing(line))
        let body = ''
        stream.on('data', (bytes) => {
          body += bytes
        })
        stream.once('end', () => scenario.fault(stream, place(line, body)))
      })
      return line
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close()
    },
  }
}
