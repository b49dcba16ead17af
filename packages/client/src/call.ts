import type { components, operations } from '@digame/spec'
import { isConcurrencyLimit, type Outcome, outcomeOfEndReason, outcomeOfStatus } from './values.ts'

type Schemas = components['schemas']

/** A set of values that the service may extend: editors suggest the known ones, and any other string is accepted. */
export type Open<Known extends string> = Known | (string & {})

/** Where a call stands. An open set: {@link hasEnded} also handles statuses that this version does not know. */
export type CallStatus = Open<Schemas['CallStatus']>

/** Why a call ended. An open set. */
export type EndReason = Open<Schemas['EndReason']>

/** The other side of a call. `identifier` is a phone number, or a browser's id if `contact_type` is `web`. */
export type Contact = Omit<Schemas['Contact'], 'contact_type'> & {
  contact_type: Open<Schemas['Contact']['contact_type']>
}

/**
 * A call, as on the wire.
 *
 * Dates are ISO 8601 strings, `duration` is in seconds. Fields and values that this version does not know pass through.
 */
export type Call = Omit<Schemas['Call'], 'status' | 'type' | 'contact' | 'end_reason'> & {
  status: CallStatus
  type: Open<Schemas['CallType']>
  contact: Contact
  end_reason?: EndReason | null
}

/** The body of `calls.create`, with the service's own names and meanings. */
export type CallRequest = Schemas['CallRequest']

/** One thing said or done in a call. */
export type Message = Omit<Schemas['Message'], 'role'> & { role: Open<Schemas['Message']['role']> }

/** Filters and paging of `calls.list`. Pass `after` or `before`, not both; `limit` is 1 to 1000. */
export type ListQuery = Omit<
  NonNullable<operations['listCalls']['parameters']['query']>,
  'status' | 'type' | 'start_created_date' | 'end_created_date'
> & {
  status?: CallStatus
  type?: Open<Schemas['CallType']>
  /** ISO 8601, or a Date. */
  start_created_date?: string | Date
  /** ISO 8601, or a Date. */
  end_created_date?: string | Date
}

/** Paging of `calls.messages`. */
export type MessagesQuery = NonNullable<operations['listMessages']['parameters']['query']>

/** Whether this version knows a status. */
export const isKnownStatus = (status: unknown): status is keyof typeof outcomeOfStatus =>
  typeof status === 'string' && Object.hasOwn(outcomeOfStatus, status)

/**
 * Whether a call is over.
 *
 * A call whose status this version does not know has ended only if `end_time` or `end_reason` is set.
 */
export function hasEnded({ status, end_time: time, end_reason: reason }: Call): boolean {
  return isKnownStatus(status) ? outcomeOfStatus[status] !== undefined : Boolean(time || reason)
}

/** Whether anybody or anything picked up: a person, an answering machine or a phone menu. */
const wasAnswered = ({ start_time: start, duration }: Call): boolean => Boolean(start || duration)

/**
 * How a call went; `undefined` until it has ended.
 *
 * A status that says more than `completed` decides. After it the end reason does, in any spelling. A completed call with a reason
 * that this version does not know, or with none, is `no_answer` if it has neither a `start_time` nor a `duration`. If it was
 * answered, it is `other` with such a reason and `completed` without one.
 */
export function outcomeOf(call: Call): Outcome | undefined {
  if (!hasEnded(call)) return undefined
  const { status, end_reason: reason } = call
  const outcome = isKnownStatus(status) ? outcomeOfStatus[status] : undefined
  // Newer calls all end as `completed`: how they went is in the reason.
  if (outcome !== undefined && outcome !== 'completed') return outcome
  const named = outcomeOfEndReason(reason)
  // A call that was answered got through, whatever broke it later.
  if (named === 'not_reached' && wasAnswered(call)) return 'failed'
  if (named !== undefined) return named
  if (outcome !== undefined && !wasAnswered(call)) return 'no_answer'
  return reason ? 'other' : (outcome ?? 'other')
}

/**
 * Whether the service ended a call without dialling it, because the account had as many simultaneous calls as its plan allows.
 *
 * Such a call has the outcome `not_reached`. Nobody was phoned: place it again once another call has ended.
 */
export const hitConcurrencyLimit = (call: Call): boolean =>
  outcomeOf(call) === 'not_reached' && isConcurrencyLimit(call.end_reason)
