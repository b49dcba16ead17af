import type { CallRequest } from '../call.ts'
import { type DigaErrorFields, DigaInvalidCallError } from '../errors.ts'
import { isSpanishNumber, maskNumber } from '../number.ts'
import { badNumber } from '../options.ts'
import type { CreateOptions } from './create.ts'

type Checked = {
  readonly [Name in 'signal' | 'notAfter' | 'timeoutMs' | 'maxRetries']: CreateOptions[Name] | undefined
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const e164 = /^\+[1-9]\d{6,14}$/

/** Eight digits never show of a value that may be a number. */
const shown = (value: unknown): string =>
  typeof value === 'string'
    ? `"${maskNumber(value.slice(0, 20))}"`
    : String(value === null ? 'null' : typeof value)

/**
 * Checks a call before anything is sent, and writes it down as it will travel: with the key as the variable
 * `digame_key`, or without it where there is to be no marker.
 *
 * @throws DigaInvalidCallError with the service's own codes
 */
export function checkCall(body: CallRequest, options: Checked, key: string, marker: boolean): string {
  const fields = { placed: 'no', idempotencyKey: key } as const
  const refuse = (code: string, message: string): never => {
    throw new DigaInvalidCallError(message, { ...fields, code })
  }
  const {
    to_number: to,
    from_number: from,
    dynamic_variables: variables,
    agent_version_id: version,
  } = { ...body }
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
  const { notAfter, timeoutMs, maxRetries, signal } = options
  const bad = badNumber({ timeoutMs, maxRetries })
  if (bad) refuse('INVALID_OPTION', bad)
  checkKey(key, fields)
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    refuse('INVALID_OPTION', 'signal must be an AbortSignal: pass controller.signal.')
  }
  if (notAfter !== undefined) checkDate('notAfter', notAfter, fields)
  try {
    return JSON.stringify(marker ? { ...body, dynamic_variables: { ...variables, digame_key: key } } : body)
  } catch {
    return refuse('VALIDATION_ERROR', 'The body cannot be written as JSON: it has a cycle or a BigInt in it.')
  }
}

/** @throws DigaInvalidCallError */
export function checkKey(key: unknown, fields?: Partial<DigaErrorFields>): void {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return
  throw new DigaInvalidCallError('idempotencyKey must be 1 to 200 visible ASCII characters without spaces.', {
    ...fields,
    code: 'INVALID_IDEMPOTENCY_KEY',
  })
}

/** Milliseconds since 1970. @throws DigaInvalidCallError */
export function checkDate(name: string, date: unknown, fields?: Partial<DigaErrorFields>): number {
  const ms = date instanceof Date ? date.getTime() : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new DigaInvalidCallError(`${name} must be a valid Date.`, { ...fields, code: 'INVALID_OPTION' })
}

/** Checks an id before it becomes part of a path. @throws DigaInvalidCallError */
export function checkId(id: string): string {
  if (typeof id === 'string' && uuid.test(id)) return id
  throw new DigaInvalidCallError(`The call id ${shown(id)} is not a uuid: copy it from the call.`, {
    code: 'VALIDATION_ERROR',
  })
}
