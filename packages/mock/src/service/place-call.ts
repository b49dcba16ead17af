import type { Engine } from '../contract/engine.ts'
import { jsonResponse, specError } from '../contract/responses.ts'
import type { Call, CallRequest } from '../contract/types.ts'
import type { ExchangeCall } from '../exchange/call.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { type Fate, ordinaryFate, testNumbers } from '../exchange/test-numbers.ts'
import type { Account } from './account.ts'
import type { ServiceResult } from './result.ts'

export interface PlaceCallOptions {
  readonly engine: Engine
  readonly exchange: Exchange
  readonly account: Account
  readonly toCallJson: (call: ExchangeCall) => Call
}

export type PlaceCall = (request: CallRequest) => Promise<ServiceResult>

// Enough for the requests that will be sent again; those that never are must not pile up.
const maxRemembered = 1000

/** Makes a function that is true the first time it is called with a text, false the second time, and so on. */
function createAlternator(): (text: string) => boolean {
  const refused = new Set<string>()
  return (text) => {
    if (refused.delete(text)) return false
    if (refused.size >= maxRemembered) refused.clear()
    refused.add(text)
    return true
  }
}

/** Makes the operation that places calls; the account's refusals come first, then what the called number chooses. */
export function createPlaceCall({ engine, exchange, account, toCallJson }: PlaceCallOptions): PlaceCall {
  const isRefusedNow = createAlternator()
  const isLimitedNow = createAlternator()

  const refuse = async (code: number, example: string, message?: string): Promise<ServiceResult> => ({
    response: await specError(engine, 'placeCall', code, example, message),
  })

  return async (request) => {
    const { from_number, to_number } = request
    const phone = account.phone(from_number)
    if (phone === undefined) {
      return refuse(404, 'phone_number_not_found', `The account has no phone number ${from_number}`)
    }
    if (phone.state === 'unverified') {
      return refuse(403, 'internal_server_error', `The number ${from_number} is not verified`)
    }
    if (phone.state === 'no_sip') return refuse(412, 'sip_config_not_set')

    const fate: Fate = testNumbers[to_number] ?? ordinaryFate
    if (fate.retryAfter !== undefined && isRefusedNow(JSON.stringify(request))) {
      const headers = { 'content-type': 'text/plain', 'retry-after': String(fate.retryAfter) }
      return { response: { status: 429, headers, body: 'Too Many Requests' } }
    }
    const spec = await engine.respond('placeCall', fate.code)
    const usual = jsonResponse(spec.status, spec.body)
    if (fate.placed === false) return { response: usual, fault: fate.fault }
    const { queueMs = 0, fault } = fate
    const isLimited = fate.meetsLimit && isLimitedNow(to_number)
    const ending = isLimited ? 'concurrency_limit' : (fate.ending ?? 'completed')
    const call = exchange.place({ request, ending, queueMs, phone })
    const response = fate.code === undefined ? jsonResponse(spec.status, toCallJson(call)) : usual
    return { response, call, fault }
  }
}
