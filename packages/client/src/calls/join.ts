import type { Call } from '../call.ts'
import { DigaError } from '../errors.ts'
import { abortError, copyError } from './create-errors.ts'
import type { Intention } from './intention.ts'

/**
 * Waits for the result of an intention. The last caller to abort ends its work.
 *
 * Counts the caller as waiting before it returns, so that a hook of the work can abort. Each caller gets an error of its own,
 * made here, where the stack leads to the caller's line: the work's own error knows one caller at most.
 */
export async function join(intention: Intention, signal: AbortSignal | undefined): Promise<Call> {
  let call: Call | undefined
  try {
    if (intention.state === 'placed' || !signal) {
      intention.waiting++
      call = await intention.result
    } else {
      call = await waitUntilAborted(intention, signal)
    }
  } catch (error) {
    throw error instanceof DigaError ? copyError(error) : error
  }
  if (!call) throw abortError(signal?.reason, 'maybe', intention)
  return call
}

/** Resolves with the call, or with `undefined` if this caller aborts and others still wait. */
function waitUntilAborted(intention: Intention, signal: AbortSignal): Promise<Call | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      if (--intention.waiting === 0) intention.work?.abort(signal.reason)
      else resolve(undefined)
    }
    intention.waiting++
    signal.addEventListener('abort', onAbort, { once: true })
    intention.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
