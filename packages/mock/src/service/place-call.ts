import type { Engine } from '../contract/engine.ts'
import { type Answer, json, listed } from '../contract/responses.ts'
import type { Call, CallRequest } from '../contract/types.ts'
import type { Exchange, Line } from '../exchange/exchange.ts'
import { type Fate, ordinary, testNumbers } from '../exchange/test-numbers.ts'
import type { Fault } from '../script/faults.ts'
import type { Account } from './account.ts'

/** What came of a request to place a call. */
export interface Placed {
  readonly answer: Answer
  readonly line?: Line
  readonly fault?: Fault | undefined
}

export interface CallsOptions {
  readonly engine: Engine
  readonly exchange: Exchange
  readonly account: Account
  readonly show: (line: Line) => Call
}

// Enough for all that may be waiting to ask again; an unbounded set would grow with those who never do.
const remembered = 1000

/** Places calls: the account's refusals first, then what the number called has in store. */
export function createCalls({
  engine,
  exchange,
  account,
  show,
}: CallsOptions): (request: CallRequest) => Promise<Placed> {
  const refusedOnce = new Set<string>()

  const refuse = (code: number, example: string, message?: string) =>
    listed(engine, 'placeCall', code, example, message).then((answer) => ({ answer }))

  /** Whether this very request is refused now: every second time. */
  const refuses = (request: CallRequest) => {
    const body = JSON.stringify(request)
    if (refusedOnce.delete(body)) return false
    if (refusedOnce.size >= remembered) refusedOnce.clear()
    refusedOnce.add(body)
    return true
  }

  return async (request) => {
    const phone = account.phone(request.from_number)
    if (phone === undefined) {
      return refuse(404, 'phone_number_not_found', `The account has no phone number ${request.from_number}`)
    }
    if (phone.state === 'unverified') {
      return refuse(403, 'internal_server_error', `The number ${request.from_number} is not verified`)
    }
    if (phone.state === 'no_sip') return refuse(412, 'sip_config_not_set')

    const fate: Fate = testNumbers[request.to_number] ?? ordinary
    if (fate.retryAfter !== undefined && refuses(request)) {
      const headers = { 'content-type': 'text/plain', 'retry-after': String(fate.retryAfter) }
      return { answer: { status: 429, headers, body: 'Too Many Requests' } }
    }
    const spec = await engine.answer('placeCall', fate.code)
    if (fate.placed === false) return { answer: json(spec.status, spec.body), fault: fate.fault }
    const { ending = 'completed', queueMs = 0, fault } = fate
    const line = exchange.place({ request, ending, queueMs, phone })
    return { answer: json(spec.status, fate.code === undefined ? show(line) : spec.body), line, fault }
  }
}
