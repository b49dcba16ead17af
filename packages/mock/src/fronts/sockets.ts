import { createServer, type RequestListener, type Server } from 'node:http'

export interface Listening {
  readonly server: Server
  readonly url: string
}

function describeFailure({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  return code === 'EADDRINUSE'
    ? `Port ${port} is taken (host ${host})`
    : `Cannot listen on port ${port} (host ${host}: ${message})`
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

/**
 * Makes a server that listens; port 0 takes a free port.
 *
 * Rejects with an Error that says why it cannot listen, with Node's error as its cause.
 */
export function listenOn(serve: RequestListener, port: number, host: string): Promise<Listening> {
  const server = createServer(serve)
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(describeFailure(cause, port, host), { cause })))
    server.listen(port, host, () => resolve({ server, url: urlOf(server) }))
  })
}

/** Closes a server and every connection to it. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()).closeAllConnections())
