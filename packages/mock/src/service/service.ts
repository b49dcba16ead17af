import { isRecord } from '@digame/internal'
import type { Violation } from '../contract/engine.ts'
import type { JudgedRequest, OperationRequest } from '../contract/request.ts'
import { errorResponse, type MockResponse, specError, validationError } from '../contract/responses.ts'
import type { CallRequest } from '../contract/types.ts'
import type { Account } from './account.ts'
import type { PlaceCall } from './place-call.ts'
import { getCall, listCalls } from './read-calls.ts'
import type { ReadContext } from './read-context.ts'
import { listMessages } from './read-messages.ts'
import type { ServiceResult } from './result.ts'
import { streamConcurrency } from './stream-concurrency.ts'

export interface ServiceOptions {
  readonly account: Account
  readonly placeCall: PlaceCall
  readonly reads: ReadContext
}

/** The service: it refuses a request, in the order in which the real service checks, or performs its operation. */
export type Service = (request: JudgedRequest) => Promise<ServiceResult>

const isOperationRequest = (request: JudgedRequest): request is OperationRequest =>
  'operation' in request.match

// The service checks the country of the number after the shape of the body, and has an error of its own for it.
const isForeignNumber = ({ location, code }: Violation) =>
  code === 'pattern' && location.join('.') === 'body.to_number'

/** Whether a valid body names both numbers; a document of the user's own may let it lack one. */
const isCallRequest = (body: unknown): body is CallRequest =>
  isRecord(body) && typeof body['from_number'] === 'string' && typeof body['to_number'] === 'string'

/** The response to a request that leads to no operation. */
function respondOffSpec({ incoming, match }: JudgedRequest): MockResponse {
  if ('redirectTo' in match) {
    const location = incoming.origin + match.redirectTo + incoming.search
    return { status: 307, headers: { location }, body: '' }
  }
  if ('allowed' in match) {
    const response = errorResponse(405, 'METHOD_NOT_ALLOWED', `This path allows ${match.allowed}`)
    return { ...response, headers: { ...response.headers, allow: match.allowed } }
  }
  return errorResponse(404, 'NOT_FOUND', 'There is nothing at this path')
}

export function createService({ account, placeCall, reads }: ServiceOptions): Service {
  const { engine } = reads

  /** The refusal of a request whose key does not allow it; undefined if the key does. */
  const refuseByKey = async ({ incoming, match, violations }: OperationRequest) => {
    const { method, headers } = incoming
    const key = /^Bearer\s+(.*)$/s.exec(headers['authorization'] ?? '')?.[1]?.trim() ?? ''
    const hasToken = violations.every(({ code }) => code !== '401')
    const permission = hasToken ? account.permission(key) : undefined
    if (permission === undefined) {
      const response = await specError(engine, match.operation, 401, 'invalid_api_key')
      return { ...response, headers: { ...response.headers, 'www-authenticate': 'Bearer' } }
    }
    if (permission === 'none' || (permission === 'read' && method !== 'GET')) {
      return specError(engine, match.operation, 403, 'missing_permissions')
    }
    return undefined
  }

  const refuseByShape = async ({ violations, body }: OperationRequest) => {
    const ofShape = violations.filter((violation) => !isForeignNumber(violation))
    if (ofShape.length > 0) return validationError(ofShape)
    if (violations.length === 0) return undefined
    const number = isRecord(body) ? body['to_number'] : undefined
    const message = `${number} is not a Spanish phone number`
    return specError(engine, 'placeCall', 400, 'non_spanish_phone_number', message)
  }

  const perform = async ({ match, query, body }: OperationRequest): Promise<ServiceResult> => {
    switch (match.operation) {
      case 'placeCall':
        if (isCallRequest(body)) return placeCall(body)
        throw new Error('The document allows a call without from_number or to_number')
      case 'listCalls':
        return { response: await listCalls(reads, query) }
      case 'getCall':
        return { response: await getCall(reads, match.id) }
      case 'listMessages':
        return { response: await listMessages(reads, match.id, query) }
      case 'streamConcurrency':
        return { response: await streamConcurrency(reads) }
    }
  }

  return async (request) => {
    // The service parses the body before it checks anything else.
    if (request.isMalformed) return { response: errorResponse(400, 'INVALID_JSON', 'The body is not JSON') }
    if (!isOperationRequest(request)) return { response: respondOffSpec(request) }
    const refusal = (await refuseByKey(request)) ?? (await refuseByShape(request))
    return refusal === undefined ? perform(request) : { response: refusal }
  }
}
