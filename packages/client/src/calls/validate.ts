import { isE164, isSpanishNumber, isUuid, maskNumber } from '@digame/internal'
import type { CallRequest, ListQuery, MessagesQuery } from '../call.ts'
import { type DigaErrorFields, refuse } from '../errors.ts'
import { checkNumbers } from '../settings.ts'
import type { CreateOptions } from './options.ts'

type CheckedOptions = {
  readonly [Name in 'signal' | 'notAfter' | 'timeoutMs' | 'maxRetries']: CreateOptions[Name] | undefined
}

/** Quotes a value for a message. Never shows eight digits of a value that could be a phone number. */
const quote = (value: unknown): string =>
  typeof value === 'string'
    ? `"${maskNumber(value.slice(0, 20))}"`
    : String(value === null ? 'null' : typeof value)

/**
 * Checks a call before anything is sent, and returns its body as JSON. With `marker`, the body carries the key as the variable
 * `digame_key`.
 *
 * @throws DigaInvalidCallError with the service's own codes
 */
export function checkCall(
  body: CallRequest,
  options: CheckedOptions,
  idempotencyKey: string,
  marker: boolean,
): string {
  const fields = { placed: 'no', idempotencyKey } as const
  checkBody({ ...body }, fields)
  const { notAfter, timeoutMs, maxRetries, signal } = options
  checkNumbers({ timeoutMs, maxRetries }, fields)
  checkKey(idempotencyKey, fields)
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    refuse('INVALID_OPTION', 'signal must be an AbortSignal.', fields)
  }
  if (notAfter !== undefined) checkDate('notAfter', notAfter, fields)
  const variables = body.dynamic_variables
  try {
    return JSON.stringify(
      marker ? { ...body, dynamic_variables: { ...variables, digame_key: idempotencyKey } } : body,
    )
  } catch {
    return refuse('VALIDATION_ERROR', 'The body cannot be JSON: it contains a cycle or a BigInt.', fields)
  }
}

function checkBody(body: Readonly<Record<string, unknown>>, fields: Partial<DigaErrorFields>): void {
  const { to_number: to, from_number: from, dynamic_variables: variables, agent_version_id: version } = body
  if (typeof to !== 'string' || !isSpanishNumber(to)) {
    refuse(
      'NON_SPANISH_PHONE_NUMBER',
      `to_number ${quote(to)} is not a Spanish number: write +34 and nine digits.`,
      fields,
    )
  }
  if (typeof from !== 'string' || !(isE164(from) || isUuid(from))) {
    refuse(
      'VALIDATION_ERROR',
      `from_number ${quote(from)} is neither a number in E.164 (+34910000001) nor a uuid.`,
      fields,
    )
  }
  if (version !== undefined && version !== null && !(typeof version === 'string' && isUuid(version))) {
    refuse(
      'VALIDATION_ERROR',
      `agent_version_id ${quote(version)} is not a uuid: copy it from the agent's page.`,
      fields,
    )
  }
  if (variables === undefined || variables === null) return
  if (typeof variables !== 'object' || Array.isArray(variables)) {
    refuse('VALIDATION_ERROR', 'dynamic_variables must be an object.', fields)
  }
  if ('digame_key' in variables) {
    refuse(
      'RESERVED_VARIABLE',
      'The variable digame_key is reserved: pass the option idempotencyKey.',
      fields,
    )
  }
}

/** @throws DigaInvalidCallError */
export function checkKey(key: unknown, fields?: Partial<DigaErrorFields>): void {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return
  refuse('INVALID_IDEMPOTENCY_KEY', 'idempotencyKey must be 1 to 200 visible ASCII characters.', fields)
}

/** Returns a date in milliseconds since 1970. @throws DigaInvalidCallError */
export function checkDate(name: string, date: unknown, fields?: Partial<DigaErrorFields>): number {
  const ms = date instanceof Date ? date.getTime() : Number.NaN
  if (!Number.isNaN(ms)) return ms
  return refuse('INVALID_OPTION', `${name} must be a valid Date.`, fields)
}

/** Checks an id before it becomes part of a path. @throws DigaInvalidCallError */
export function checkId(id: string): string {
  if (typeof id === 'string' && isUuid(id)) return id
  return refuse('VALIDATION_ERROR', `The call id ${quote(id)} is not a uuid: copy it from the call.`)
}

/** Returns a query as it is sent, with dates in ISO 8601: openapi-fetch silently drops a Date. @throws DigaInvalidCallError */
export function checkQuery(query: ListQuery | MessagesQuery): Record<string, unknown> {
  if (query.after !== undefined && query.before !== undefined) {
    refuse('INVALID_PAGINATION_PARAMETERS', 'Pass `after` or `before`, not both.')
  }
  const toText = (name: string, value: unknown): unknown =>
    value instanceof Date ? new Date(checkDate(name, value)).toISOString() : value
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, toText(name, value)]))
}
