import { isRecord } from '@digame/internal'
import type { Call } from '../call.ts'

/** Whether a body can be used as a call: an object with an id. Anything else that it has or lacks passes through. */
export function isCall(body: unknown): body is Call {
  return isRecord(body) && typeof body['id'] === 'string' && body['id'] !== ''
}

/** The idempotency key that a call carries, if any. A value that is not a string names somebody else's intention: it is returned as JSON. */
export function keyOf(call: Call): string | undefined {
  const variables: unknown = call.dynamic_variables
  const key = isRecord(variables) ? (variables['digame_key'] ?? undefined) : undefined
  return key === undefined || typeof key === 'string' ? key : JSON.stringify(key)
}
