import type { MockResponse } from '../contract/responses.ts'
import type { ExchangeCall } from '../exchange/call.ts'
import type { Fault } from '../script/faults.ts'

/** What the service does about a request. */
export interface ServiceResult {
  readonly response: MockResponse
  /** The call that the request placed. */
  readonly call?: ExchangeCall
  readonly fault?: Fault | undefined
}
