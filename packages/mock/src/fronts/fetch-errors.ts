/** What the runtime's own fetch says when a connection fails, with the evidence that it leaves. */
export function failed(message: string, evidence: Readonly<Record<string, unknown>> = {}): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), evidence) })
}

/** The connection was reset while the answer was awaited. */
export const reset = (): TypeError =>
  failed('read ECONNRESET', { errno: -104, code: 'ECONNRESET', syscall: 'read' })

/** The connection was closed in order while the answer was awaited. */
export const closed = (): TypeError => failed('other side closed', { code: 'UND_ERR_SOCKET' })

/** Nobody listens. */
export const refused = (): TypeError =>
  failed('connect ECONNREFUSED', { errno: -111, code: 'ECONNREFUSED', syscall: 'connect' })

/** The connection was closed in the middle of a body. */
export const terminated = (): TypeError =>
  new TypeError('terminated', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  })
