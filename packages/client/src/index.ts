export type { Clock } from '@digame/internal'
export { isSpanishNumber, maskNumber } from '@digame/internal'
export type {
  Call,
  CallRequest,
  CallStatus,
  Contact,
  EndReason,
  ListQuery,
  Message,
  MessagesQuery,
  Open,
} from './call.ts'
export { hasEnded, hitConcurrencyLimit, outcomeOf } from './call.ts'
export type { Calls } from './calls/calls.ts'
export type { CreateOptions, FindQuery, WatchOptions } from './calls/options.ts'
export type { Page, Pages } from './calls/page.ts'
export type { Found } from './calls/search.ts'
export { Diga } from './diga.ts'
export type { ApiIssue, DigaErrorFields, Placed } from './errors.ts'
export {
  DigaAbortError,
  DigaApiError,
  DigaConfigError,
  DigaConnectionError,
  DigaError,
  DigaInvalidCallError,
  DigaResponseError,
  DigaTimeoutError,
} from './errors.ts'
export type { DigaEvent } from './events.ts'
export type { DigaOptions, Fetch, RequestOptions } from './options.ts'
export type { Outcome } from './values.ts'
