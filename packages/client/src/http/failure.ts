import { isRecord } from '@digame/internal'
import type { ApiIssue, DigaErrorFields } from '../errors.ts'
import {
  DigaAbortError,
  DigaApiError,
  DigaConnectionError,
  type DigaError,
  DigaResponseError,
  DigaTimeoutError,
} from '../errors.ts'
import { maskNumbers } from '../number.ts'
import { parseJson } from './body.ts'
import { causesOf } from './redact.ts'
import { retryAfterMs } from './response-headers.ts'
import type { Outgoing, Sent } from './send.ts'
import { isSuccess } from './success.ts'

/** Where a request went, for messages. */
export type Route = Pick<Outgoing, 'method' | 'path'>

type Fields = Omit<DigaErrorFields, 'code' | 'cause' | 'status'>

const readText = (value: unknown): string | undefined =>
  typeof value === 'string' && value ? maskNumbers(value) : undefined

function readIssues(body: Record<string, unknown>): ApiIssue[] {
  const detail = body['detail']
  if (!Array.isArray(detail)) return []
  return detail.map((entry: unknown) => {
    const issue = isRecord(entry) ? entry : {}
    const path = issue['loc']
    return {
      path: (Array.isArray(path) && readText(path.join('.'))) || '',
      message: readText(issue['msg']) ?? 'not valid',
      type: readText(issue['type']) ?? 'unknown',
    }
  })
}

const advice: Readonly<Record<number, string>> = {
  401: 'check the API key',
  403: 'the key lacks a permission, or the calling number is not verified',
  408: 'try later',
  429: 'slow down',
}

/** What a status means, for a response that does not say. */
function explainStatus(status: number): string {
  if (status >= 300 && status < 400) return 'a redirect; check the base URL'
  return advice[status] ?? (status >= 500 ? 'the service or a gateway failed' : 'refused')
}

/**
 * Makes an error about a request. Its message is shorter than 200 characters; what you must know about the call stands at
 * the end.
 *
 * @param happened continues the sentence that begins with the method and the path
 */
function makeError<AllFields extends DigaErrorFields, Made>(
  Type: new (message: string, fields: AllFields) => Made,
  { method, path }: Route,
  happened: string,
  fields: AllFields,
): Made {
  const end = fields.placed === 'maybe' ? '; a call may have been placed.' : '.'
  const room = 199 - end.length
  const line = `${method} ${path} ${happened}`.replace(/\s+/g, ' ').replace(/\.$/, '')
  return new Type((line.length > room ? `${line.slice(0, room - 1)}…` : line) + end, fields)
}

function apiErrorOf(route: Route, sent: Sent, status: number, fields: Fields, now: number): DigaApiError {
  const parsed = parseJson(sent.text)
  const body = isRecord(parsed) ? parsed : {}
  const issues = readIssues(body)
  const code = readText(body['error_code'])
  const [first] = issues
  const reason =
    readText(body['message']) ??
    readText(body['detail']) ??
    (first && `${first.path}: ${first.message}`) ??
    explainStatus(status)
  return makeError(DigaApiError, route, `returned ${status}${code ? ` ${code}` : ''}: ${reason}`, {
    ...fields,
    code: code ?? (first ? 'VALIDATION_ERROR' : `HTTP_${status}`),
    status,
    issues,
    retryAfterMs: retryAfterMs(sent.headers, now),
  })
}

/**
 * The error of a send that did not bring what the request asked for.
 *
 * @param now for `Retry-After`, in milliseconds since 1970
 */
export function errorOf(route: Route, sent: Sent, now: number, fields: Fields = {}): DigaError {
  const { id, status, headers, text, why, cause } = sent
  if (why !== 'aborted') removeRawResponse(cause)
  const requestId = maskNumbers(headers?.get('x-request-id') || id) || undefined
  const all = { ...fields, requestId, status, cause }
  const make = <Made>(
    Type: new (message: string, fields: DigaErrorFields) => Made,
    code: string,
    happened: string,
  ): Made => makeError(Type, route, happened, { ...all, code })
  if (why === 'aborted') return abortErrorOf(route, cause, all)
  if (why === 'not_after') return make(DigaTimeoutError, 'NOT_AFTER', 'was not sent: `notAfter` has passed')
  if (status !== undefined && !isSuccess(status)) return apiErrorOf(route, sent, status, all, now)
  if (why === 'timeout')
    return make(DigaTimeoutError, 'TIMEOUT', 'had no complete response in time: raise timeoutMs or try later')
  if (why === 'too_large') return make(DigaResponseError, 'BODY_TOO_LARGE', 'returned more than 10 MiB')
  if (why && status !== undefined)
    return make(DigaResponseError, 'BODY_CUT', `returned ${status}, but its body broke off`)
  if (why) {
    const reason = findSystemCode(cause)
    return make(
      DigaConnectionError,
      'CONNECTION',
      `failed${reason ? ` (${reason})` : ''}: no response arrived; check the network and the base URL`,
    )
  }
  const body = text ? 'an unreadable body' : 'an empty body'
  return make(DigaResponseError, 'UNREADABLE_BODY', `returned ${status} with ${body}`)
}

/** The error of a request that was aborted before it was sent, or between two sends. */
export const abortErrorOf = (route: Route, cause: unknown, fields: Fields = {}): DigaAbortError =>
  makeError(DigaAbortError, route, 'was aborted', { ...fields, code: 'ABORTED', cause })

/** Removes the raw response from errors of undici's parser: it may contain phone numbers, and errors get printed. */
function removeRawResponse(error: unknown): void {
  for (const cause of causesOf(error)) if (cause['data'] !== undefined) Reflect.set(cause, 'data', undefined)
}

function findSystemCode(error: unknown): string | undefined {
  for (const { code } of causesOf(error)) if (typeof code === 'string') return code
  return undefined
}
