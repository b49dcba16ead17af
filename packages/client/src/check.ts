import type { CallRequest } from './call.ts'
import type { CreateOptions } from './create.ts'
import { DigaInvalidCallError, type Placed } from './errors.ts'
import { isSpanishNumber, maskNumber } from './number.ts'
import { badNumber } from './options.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const e164 = /^\+[1-9]\d{6,14}$/

/** Eight digits never show of a value that may be a number. */
const shown = (value: unknown): string =>
  typeof value === 'string'
    ? `"${maskNumber(value.slice(0, 20))}"`
    : String(value === null ? 'null' : typeof value)

/**
 * Checks a call before anything is sent, and gives it as JSON.
 *
 * @throws DigaInvalidCallError with the service's own codes
 */
export function checkCall(body: CallRequest, options: CreateOptions, key: string): string {
  const refuse = (code: string, message: string): never => {
    throw new DigaInvalidCallError(message, { code, placed: 'no', idempotencyKey: key })
  }
  const {
    to_number: to,
    from_number: from,
    dynamic_variables: variables,
    agent_version_id: version,
  } = body ?? {}
  if (typeof to !== 'string' || !isSpanishNumber(to)) {
    refuse(
      'NON_SPANISH_PHONE_NUMBER',
      `to_number ${shown(to)} is not a Spanish number: write +34 and nine digits.`,
    )
  }
  if (typeof from !== 'string' || !(e164.test(from) || uuid.test(from))) {
    refuse(
      'VALIDATION_ERROR',
      `from_number ${shown(from)} is neither a number in E.164 (+34910000001) nor a uuid.`,
    )
  }
  if (version !== undefined && version !== null && !(typeof version === 'string' && uuid.test(version))) {
    refuse(
      'VALIDATION_ERROR',
      `agent_version_id ${shown(version)} is not a uuid: copy it from the agent's page.`,
    )
  }
  if (variables !== undefined && variables !== null) {
    if (typeof variables !== 'object' || Array.isArray(variables)) {
      refuse('VALIDATION_ERROR', 'dynamic_variables must be an object of names and values.')
    }
    if ('digame_key' in variables) {
      refuse(
        'RESERVED_VARIABLE',
        'The variable digame_key is the idempotency key: pass it as the option idempotencyKey.',
      )
    }
  }
  const { notAfter, timeoutMs, maxRetries } = options
  const bad = badNumber({ timeoutMs, maxRetries })
  if (bad) refuse('INVALID_OPTION', bad)
  checkKey(key, 'no')
  if (notAfter !== undefined && !(notAfter instanceof Date && !Number.isNaN(notAfter.getTime()))) {
    refuse('INVALID_OPTION', 'notAfter must be a valid Date.')
  }
  try {
    return JSON.stringify(body)
  } catch {
    return refuse('VALIDATION_ERROR', 'The body cannot be written as JSON: it has a cycle or a BigInt in it.')
  }
}

/** @throws DigaInvalidCallError */
export function checkKey(key: unknown, placed?: Placed): void {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return
  throw new DigaInvalidCallError('idempotencyKey must be 1 to 200 visible ASCII characters without spaces.', {
    code: 'INVALID_IDEMPOTENCY_KEY',
    placed,
  })
}

/** Checks an id before it becomes part of a path. @throws DigaInvalidCallError */
export function checkId(id: string): string {
  if (typeof id === 'string' && uuid.test(id)) return id
  throw new DigaInvalidCallError(`The call id ${shown(id)} is not a uuid: copy it from the call.`, {
    code: 'VALIDATION_ERROR',
  })
}
