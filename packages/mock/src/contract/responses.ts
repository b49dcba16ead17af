import type { Engine, Violation } from './engine.ts'
import type { OperationId } from './types.ts'

/** An answer, ready for either front. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For an answer that goes on after `body`: sends what comes; the function returned ends it. */
  readonly stream?: (send: (text: string) => void) => () => void
}

export const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** An error in the API's envelope that the spec does not list. */
export const unlisted = (status: number, code: string, message: string): Answer =>
  json(status, { status: 'error', error_code: code, message })

/** A body with the status that the spec gives to success. */
export async function succeed(engine: Engine, operation: OperationId, body: unknown): Promise<Answer> {
  const { status } = await engine.answer(operation)
  return json(status, body)
}

/** An error of the spec, by the name of its example; `message` replaces the example's. */
export async function listed(
  engine: Engine,
  operation: OperationId,
  code: number,
  example: string,
  message?: string,
): Promise<Answer> {
  const { status, body } = await engine.answer(operation, code, example)
  return json(status, message === undefined ? body : { ...(body as object), message })
}

// The names that the framework gives to the kinds of trouble.
const types: Readonly<Record<string, string>> = {
  pattern: 'string_pattern_mismatch',
  enum: 'enum',
  minimum: 'greater_than_equal',
  maximum: 'less_than_equal',
  '415': 'model_attributes_type',
}

const wanted: Readonly<Record<string, string>> = {
  uuid: 'uuid_parsing',
  'date-time': 'datetime_parsing',
  integer: 'int_parsing',
  object: 'dict_type',
  string: 'string_type',
}

function issue({ location, code, message }: Violation) {
  const missing = /required property '(.+)'/.exec(message)?.[1]
  if (code === 'required') {
    return {
      loc: missing === undefined ? location : [...location, missing],
      msg: 'Field required',
      type: 'missing',
    }
  }
  // The engine names the place in its sentence; here `loc` does.
  const words = message.replace(/^Request \w+ (?:(?:property|parameter) \S+ )?/, '')
  const thing = /must (?:be|match format) "?([a-z-]+)/.exec(message)?.[1] ?? ''
  const type = types[code] ?? wanted[thing] ?? 'value_error'
  return { loc: location, msg: `${words.charAt(0).toUpperCase()}${words.slice(1)}`, type }
}

/** What the framework behind the service answers to a request of the wrong shape. */
export const invalid = (violations: readonly Violation[]): Answer =>
  json(422, { detail: violations.map(issue) })
