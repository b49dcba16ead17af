import type { Call } from '../call.ts'
import type { ApiIssue, DigaErrorFields, Placed } from '../errors.ts'
import {
  DigaAbortError,
  DigaApiError,
  DigaConnectionError,
  type DigaError,
  DigaResponseError,
  DigaTimeoutError,
} from '../errors.ts'
import { maskNumbers } from '../number.ts'
import type { Sent } from './send.ts'

/**
 * Statuses that prove that no call was made: the service, or a gateway before it, refused to act.
 * 429 by assumption, as the service does not document it. Everything else proves nothing.
 */
const refusals = new Set([307, 308, 421, 422, 426, 428, 429, 431])

function placedBy(status: number): Placed {
  const refused =
    (status >= 400 && status <= 417 && ![408, 409, 416].includes(status)) || refusals.has(status)
  return refused ? 'no' : 'maybe'
}

/** What a failed send says about a call. */
export function placedAfter(sent: Sent): Placed {
  if (sent.neverLeft) return 'no'
  return sent.status === undefined ? 'maybe' : placedBy(sent.status)
}

/** Where a request went, for messages: `POST /v1/call/`. */
export type Where = string

/** The body as JSON, or `undefined`. */
export function json(text: string | undefined): unknown {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

export const object = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value ? maskNumbers(value) : undefined

/** A body that can be used as a call: an object with an id. Whatever else it has or lacks passes through. */
export function callIn(body: unknown): Call | undefined {
  const call = object(body)
  return typeof call?.['id'] === 'string' && call['id'] ? (call as unknown as Call) : undefined
}

/** The key that a call carries, if it carries one. */
export function keyOf(call: Call): string | undefined {
  const key = object(call.dynamic_variables)?.['digame_key'] ?? undefined
  return key === undefined || typeof key === 'string' ? key : JSON.stringify(key)
}

/** A date as HTTP writes it, in milliseconds since 1970; `Date.parse` alone would find one in "-5" and in "in 5". */
export function httpDate(value: string | null | undefined): number {
  return value?.endsWith(' GMT') ? Date.parse(value) : Number.NaN
}

/** `Retry-After` in milliseconds: seconds, or a date read against the answer's own `Date`. */
function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const value = headers?.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const then = httpDate(value)
  const from = httpDate(headers?.get('date'))
  return Number.isNaN(then) ? undefined : Math.max(0, then - (Number.isNaN(from) ? now : from))
}

function issuesIn(body: Record<string, unknown> | undefined): ApiIssue[] {
  const detail = body?.['detail']
  if (!Array.isArray(detail)) return []
  return detail.map((entry) => {
    const { loc, msg, type } = object(entry) ?? {}
    return {
      path: (Array.isArray(loc) && text(loc.join('.'))) || '',
      message: text(msg) ?? 'not valid',
      type: text(type) ?? 'unknown',
    }
  })
}

const advice: Record<number, string> = {
  401: 'check the API key',
  403: 'the key lacks a permission, or the calling number is not verified',
  408: 'try later',
  429: 'slow down',
}

const doubt = 'a call may have been placed'

function api(where: Where, sent: Sent & { status: number }, fields: Fields, now: number): DigaApiError {
  const { status, headers } = sent
  const body = object(json(sent.text))
  const issues = issuesIn(body)
  const code = text(body?.['error_code'])
  const first = issues[0]
  const said =
    text(body?.['message']) ??
    text(body?.['detail']) ??
    (first && `${first.path}: ${first.message}`) ??
    (status >= 300 && status < 400
      ? 'a redirect, which is not followed; check the base URL'
      : advice[status]) ??
    (status >= 500 ? 'the service or a gateway before it failed' : 'refused')
  return new DigaApiError(short(`${where} answered ${status}${code ? ` ${code}` : ''}: ${said}`, fields), {
    ...fields,
    code: code ?? (issues.length > 0 ? 'VALIDATION_ERROR' : `HTTP_${status}`),
    status,
    issues,
    retryAfterMs: retryAfter(headers, now),
  })
}

type Fields = Omit<DigaErrorFields, 'code' | 'cause' | 'status'>

/** Under 200 characters, with what must be known about the call at the end. */
function short(message: string, fields: Fields): string {
  const end = fields.placed === 'maybe' ? `; ${doubt}.` : '.'
  const room = 199 - end.length
  const one = message.replace(/\s+/g, ' ').replace(/\.$/, '')
  return (one.length > room ? `${one.slice(0, room - 1)}…` : one) + end
}

/** The error that a send became; `undefined` for a success whose body arrived whole. */
export function errorOf(where: Where, sent: Sent, fields: Fields, now: number): DigaError | undefined {
  const { status, why, cause } = sent
  if (why !== 'aborted') clean(cause)
  const all = { ...fields, requestId: requestIdOf(sent), status, cause }
  const make = <E>(
    Type: new (message: string, fields: DigaErrorFields) => E,
    code: string,
    message: string,
  ): E => new Type(short(`${where} ${message}`, fields), { ...all, code })
  if (why === 'aborted') return make(DigaAbortError, 'ABORTED', 'was aborted')
  if (why === 'not_after') return make(DigaTimeoutError, 'NOT_AFTER', 'was not sent: `notAfter` has passed')
  if (status !== undefined && (status < 200 || status > 299)) {
    return api(where, { ...sent, status }, all, now)
  }
  if (why === 'timeout')
    return make(DigaTimeoutError, 'TIMEOUT', 'had no complete answer in time: raise timeoutMs or try later')
  if (why === 'too_large') return make(DigaResponseError, 'BODY_TOO_LARGE', 'answered more than 10 MiB')
  if (why && status !== undefined)
    return make(DigaResponseError, 'BODY_CUT', `answered ${status}, but its body broke off`)
  if (why) {
    const reason = systemCode(cause)
    return make(
      DigaConnectionError,
      'CONNECTION',
      `failed${reason ? ` (${reason})` : ''}: no answer came; check the network and the base URL`,
    )
  }
  return undefined
}

/** None of what was aborted before or after its sends. */
const requestIdOf = ({ headers, id }: Sent): string | undefined =>
  maskNumbers(headers?.get('x-request-id') ?? id) || undefined

/** A success whose body is not what was asked for. */
export function unreadable(where: Where, sent: Sent, fields: Fields): DigaResponseError {
  const body = sent.text ? 'something that cannot be read' : 'an empty body'
  return new DigaResponseError(short(`${where} answered ${sent.status} with ${body}`, fields), {
    ...fields,
    code: 'UNREADABLE_BODY',
    status: sent.status,
    requestId: requestIdOf(sent),
  })
}

/** Takes the raw answer out of what undici's parser throws: it may hold numbers, and errors are printed. */
function clean(error: unknown): void {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { data, cause } = at as { data?: unknown; cause?: unknown }
    if (data !== undefined) Reflect.set(at, 'data', undefined)
    at = cause
  }
}

function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { code, cause } = at as { code?: unknown; cause?: unknown }
    if (typeof code === 'string') return code
    at = cause
  }
  return undefined
}
