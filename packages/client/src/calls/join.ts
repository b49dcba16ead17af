import type { Call } from '../call.ts'
import type { Intention } from './intention.ts'

/**
 * Waits for the result of an intention: the call, or `undefined` if this caller aborts while others still wait.
 *
 * Counts the caller as waiting before it returns, so that a hook of the work can abort. The last caller to abort ends the work.
 */
export function join(intention: Intention, signal: AbortSignal | undefined): Promise<Call | undefined> {
  intention.waiting++
  const { result } = intention
  if (intention.state === 'placed' || !signal) return result
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      if (--intention.waiting === 0) intention.work?.abort(signal.reason)
      else resolve(undefined)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
