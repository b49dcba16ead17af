import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Begins to listen; rejects with one clear line if that cannot be. */
export function listenOn(
  serve: RequestListener,
  port: number,
  host: string,
): Promise<{ server: Server; url: string }> {
  const server = createServer(serve)
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? `Port ${port} is taken` : `Cannot listen on port ${port}`
      reject(
        new Error(`${why} (host ${host}${cause.code === 'EADDRINUSE' ? '' : `: ${cause.message}`})`, {
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      const { address, family, port: taken } = server.address() as AddressInfo
      resolve({ server, url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}` })
    })
  })
}

/** Ends a server and every connection to it. */
export const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()).closeAllConnections())
