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
  Outcome,
} from './call.ts'
export { hasEnded, outcomeOf } from './call.ts'
export type { Calls, FindQuery } from './calls/calls.ts'
export type { CreateOptions } from './calls/create.ts'
export type { Page, Pages } from './calls/list.ts'
export type { Found } from './calls/look-up.ts'
export type { WatchOptions } from './calls/watch.ts'
export type { Clock } from './clock.ts'
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
export type { RequestOptions } from './http/request.ts'
export { isSpanishNumber, maskNumber } from './number.ts'
export type { DigaOptions, Fetch } from './options.ts'
