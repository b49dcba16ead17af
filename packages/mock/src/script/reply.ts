import type { Engine } from '../contract/engine.ts'
import { jsonResponse, type MockResponse } from '../contract/responses.ts'
import type { OperationId } from '../contract/types.ts'
import type { Fault } from './faults.ts'

/** What a test scripts for one of the next requests. */
export interface Reply {
  /** Only a request to this operation gets the reply; by default, the next request to which it can apply. */
  readonly operation?: OperationId
  /** The status, from 200 to 599; by default, that of the usual response. */
  readonly code?: number
  /** The name of an example of that status in the spec. */
  readonly example?: string
  /** A body of your own: a string is sent as it is, anything else as JSON. */
  readonly body?: unknown
  /** Headers to add to the response. */
  readonly headers?: Readonly<Record<string, string>>
  /** What happens to the connection. */
  readonly fault?: Fault
  /**
   * Whether a valid request to place a call places one.
   * @default true, but false with `code`, `example` or `body`, and with the fault `reset_before`
   */
  readonly placed?: boolean
}

/** Whether a reply replaces the usual response. */
export const hasOwnResponse = ({ code, example, body }: Reply): boolean =>
  code !== undefined || example !== undefined || body !== undefined

/** Whether the service acts on a request that gets this reply. */
export const isActedOn = (reply: Reply): boolean =>
  reply.placed ?? !(hasOwnResponse(reply) || reply.fault === 'reset_before')

/** Whether a reply can apply to an operation: its body is its own, or the spec has the response that it names. */
export function fitsOperation(
  engine: Engine,
  { code, example, body }: Reply,
  operation: OperationId,
): boolean {
  if (body !== undefined) return true
  const names = engine.exampleNames(operation, code)
  return names !== undefined && (example === undefined || names.includes(example))
}

/** Builds the response of a reply, from its own body or from the spec. */
export async function buildResponse(
  engine: Engine,
  { code, example, body }: Reply,
  operation: OperationId | undefined,
): Promise<MockResponse> {
  const isWhole = body !== undefined && code !== undefined
  const spec = operation === undefined || isWhole ? undefined : await engine.respond(operation, code, example)
  const status = code ?? spec?.status ?? 200
  const content = body === undefined && spec !== undefined ? spec.body : body
  if (typeof content !== 'string') return jsonResponse(status, content)
  const type = body === undefined && spec !== undefined ? spec.type : 'text/plain; charset=utf-8'
  return { status, headers: { 'content-type': type }, body: content }
}
