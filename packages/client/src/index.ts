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
export type { Calls, FindQuery } from './calls.ts'
export type { Clock } from './clock.ts'
export type { RequestOptions } from './core.ts'
export type { CreateOptions } from './create.ts'
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
export type { Found } from './find.ts'
export type { WatchOptions } from './follow.ts'
export { isSpanishNumber, maskNumber } from './number.ts'
export type { DigaOptions, Fetch } from './options.ts'
export type { Page, Pages } from './pages.ts'
