/** An error like those of Node's fetch when a connection fails; `evidence` is added to the cause. */
export const fetchFailed = (message: string, evidence: Readonly<Record<string, unknown>> = {}): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), evidence) })

/** The connection was reset while the response was awaited. */
export const connectionReset = (): TypeError =>
  fetchFailed('read ECONNRESET', { errno: -104, code: 'ECONNRESET', syscall: 'read' })

/** The connection was closed in order while the response was awaited. */
export const connectionClosed = (): TypeError => fetchFailed('other side closed', { code: 'UND_ERR_SOCKET' })

/** Nothing listens. */
export const connectionRefused = (): TypeError =>
  fetchFailed('connect ECONNREFUSED', { errno: -111, code: 'ECONNREFUSED', syscall: 'connect' })

/** The connection was closed in the middle of a body. */
export const bodyTerminated = (): TypeError =>
  new TypeError('terminated', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  })
