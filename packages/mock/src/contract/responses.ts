import { isRecord } from '@digame/internal'
import type { Engine, Violation } from './engine.ts'
import type { OperationId } from './types.ts'

/** A response that either front can send. */
export interface MockResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For a body that goes on after `body`: calls `send` with each further piece; returns a function that stops it. */
  readonly stream?: (send: (text: string) => void) => () => void
}

export const jsonResponse = (status: number, body: unknown): MockResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** An error in the API's envelope that is not in the spec. */
export const errorResponse = (status: number, code: string, message: string): MockResponse =>
  jsonResponse(status, { status: 'error', error_code: code, message })

/** A success with the status that the spec gives the operation. */
export async function successOf(
  engine: Engine,
  operation: OperationId,
  body: unknown,
): Promise<MockResponse> {
  const { status } = await engine.respond(operation)
  return jsonResponse(status, body)
}

/** An error of the spec, by its status and the name of its example; `message` replaces the example's message. */
export async function specError(
  engine: Engine,
  operation: OperationId,
  code: number,
  example: string,
  message?: string,
): Promise<MockResponse> {
  const { status, body } = await engine.respond(operation, code, example)
  return jsonResponse(status, message !== undefined && isRecord(body) ? { ...body, message } : body)
}

// The error types of Pydantic, as in the spec's examples of 422.
const typeOfKeyword: Readonly<Record<string, string>> = {
  pattern: 'string_pattern_mismatch',
  enum: 'enum',
  minimum: 'greater_than_equal',
  maximum: 'less_than_equal',
  '415': 'model_attributes_type',
}

const typeOfExpected: Readonly<Record<string, string>> = {
  uuid: 'uuid_parsing',
  'date-time': 'datetime_parsing',
  integer: 'int_parsing',
  object: 'dict_type',
  string: 'string_type',
}

function toDetail({ location, code, message }: Violation) {
  const missing = /required property '(.+)'/.exec(message)?.[1]
  if (code === 'required') {
    return {
      loc: missing === undefined ? location : [...location, missing],
      msg: 'Field required',
      type: 'missing',
    }
  }
  // Prism's sentence begins with the location, which `loc` already gives.
  const text = message.replace(/^Request \w+ (?:(?:property|parameter) \S+ )?/, '')
  const expected = /must (?:be|match format) "?([a-z-]+)/.exec(message)?.[1] ?? ''
  const type = typeOfKeyword[code] ?? typeOfExpected[expected] ?? 'value_error'
  return { loc: location, msg: `${text.charAt(0).toUpperCase()}${text.slice(1)}`, type }
}

/** The 422 response to a request of the wrong shape. */
export const validationError = (violations: readonly Violation[]): MockResponse =>
  jsonResponse(422, { detail: violations.map(toDetail) })
