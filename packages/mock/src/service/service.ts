import type { Engine, Violation } from '../contract/engine.ts'
import type { Asked, AskedOperation } from '../contract/request.ts'
import { type Answer, invalid, listed, unlisted } from '../contract/responses.ts'
import type { CallRequest } from '../contract/types.ts'
import type { Account } from './account.ts'
import type { Placed } from './place-call.ts'
import type { Reads } from './read-calls.ts'

export interface ServiceOptions {
  readonly engine: Engine
  readonly account: Account
  readonly reads: Reads
  readonly place: (request: CallRequest) => Promise<Placed>
}

/** What the service does with a request: the refusals in its order, then the operation. */
export type Service = (asked: Asked) => Promise<Placed>

const isOperation = (asked: Asked): asked is AskedOperation => 'operation' in asked.match

// The service checks the country of the number after the shape of the body, with an error of its own.
const isForeign = ({ location, code }: Violation) =>
  code === 'pattern' && location.join('.') === 'body.to_number'

/** What is answered where the spec has no operation. */
function astray({ arrival, match }: Asked): Answer {
  if ('moved' in match) {
    return { status: 307, headers: { location: arrival.origin + match.moved + arrival.search }, body: '' }
  }
  if ('allowed' in match) {
    const answer = unlisted(405, 'METHOD_NOT_ALLOWED', `This path has ${match.allowed}`)
    return { ...answer, headers: { ...answer.headers, allow: match.allowed } }
  }
  return unlisted(404, 'NOT_FOUND', 'There is nothing at this path')
}

export function createService({ engine, account, reads, place }: ServiceOptions): Service {
  /** The refusal of who may not ask this; undefined for who may. */
  const turnAway = async ({ arrival, match, wrong }: AskedOperation) => {
    const { method, headers } = arrival
    const key = /^Bearer\s+(.*)$/s.exec(headers['authorization'] ?? '')?.[1]?.trim() ?? ''
    const permission = wrong.some(({ code }) => code === '401') ? undefined : account.permission(key)
    if (permission === undefined) {
      const answer = await listed(engine, match.operation, 401, 'invalid_api_key')
      return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer' } }
    }
    if (permission === 'none' || (permission === 'read' && method !== 'GET')) {
      return listed(engine, match.operation, 403, 'missing_permissions')
    }
    return undefined
  }

  const perform = async ({ match, query, body }: AskedOperation): Promise<Placed> => {
    switch (match.operation) {
      case 'placeCall':
        return place(body as CallRequest)
      case 'listCalls':
        return { answer: await reads.listCalls(query) }
      case 'getCall':
        return { answer: await reads.getCall(match.id) }
      case 'listMessages':
        return { answer: await reads.listMessages(match.id, query) }
      case 'streamConcurrency':
        return { answer: await reads.streamConcurrency() }
    }
  }

  return async (asked) => {
    // The framework parses the body before it looks at anything else.
    if (asked.malformed) return { answer: unlisted(400, 'INVALID_JSON', 'The body is not JSON') }
    if (!isOperation(asked)) return { answer: astray(asked) }
    const refusal = await turnAway(asked)
    if (refusal !== undefined) return { answer: refusal }
    const shape = asked.wrong.filter((one) => !isForeign(one))
    if (shape.length > 0) return { answer: invalid(shape) }
    if (asked.wrong.length > 0) {
      const message = `${(asked.body as CallRequest).to_number} is not a Spanish phone number`
      return { answer: await listed(engine, 'placeCall', 400, 'non_spanish_phone_number', message) }
    }
    return perform(asked)
  }
}
