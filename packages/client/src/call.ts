import type { components, operations } from '@digame/spec'

type Schemas = components['schemas']

/** A set of values that the service may extend: the known ones are proposed, any other string is accepted. */
export type Open<Known extends string> = Known | (string & {})

/** Where a call stands. An open set: see {@link hasEnded} for reading values that are new. */
export type CallStatus = Open<Schemas['CallStatus']>

/** Why a call ended. An open set; these have been seen. */
export type EndReason = Open<
  | 'user_hang_up'
  | 'hangup'
  | 'voicemail_left'
  | 'answering_machine_detected'
  | 'mailbox_unavailable'
  | 'ivr_no_answer'
  | 'ivr_unreachable'
>

/** The other side of a call. `identifier` is a phone number, or a browser's id for `contact_type` `web`. */
export type Contact = Omit<Schemas['Contact'], 'contact_type'> & {
  contact_type: Open<Schemas['Contact']['contact_type']>
}

/**
 * A call, as on the wire.
 *
 * Moments are ISO 8601 strings, `duration` is in seconds. Fields and values that are not known here pass through.
 */
export type Call = Omit<Schemas['Call'], 'status' | 'type' | 'contact' | 'end_reason'> & {
  status: CallStatus
  type: Open<Schemas['CallType']>
  contact: Contact
  end_reason?: EndReason | null
}

/** What a call is placed with; names and meanings are the service's. */
export type CallRequest = Schemas['CallRequest']

/** One thing said or done in a call. */
export type Message = Omit<Schemas['Message'], 'role'> & { role: Open<Schemas['Message']['role']> }

/** Filters and paging of `calls.list`. Give `after` or `before`, not both; `limit` is 1 to 1000. */
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

/** How an ended call went, in one vocabulary over the two that the service has used. */
export type Outcome = 'completed' | 'transferred' | 'no_answer' | 'voicemail' | 'failed' | 'other'

const underWay = new Set(['dialing', 'in_queue', 'in_progress'])
const ended = new Set(['completed', 'failed', 'transferred', 'no_answer'])

const outcomes: Record<string, Outcome> = {
  user_hang_up: 'completed',
  hangup: 'completed',
  voicemail_left: 'voicemail',
  answering_machine_detected: 'voicemail',
  mailbox_unavailable: 'voicemail',
  ivr_no_answer: 'no_answer',
  ivr_unreachable: 'failed',
  // Not seen, but what the older statuses would be called as reasons.
  no_answer: 'no_answer',
  failed: 'failed',
  transferred: 'transferred',
}

/**
 * Whether a call is over.
 *
 * A call of a status that is not known here has ended only if `end_time` or `end_reason` is set.
 */
export function hasEnded(call: Call): boolean {
  if (underWay.has(call.status)) return false
  return ended.has(call.status) || Boolean(call.end_time || call.end_reason)
}

/** How a call went; `undefined` while it has not ended, `other` where the service says something new. */
export function outcomeOf(call: Call): Outcome | undefined {
  if (!hasEnded(call)) return undefined
  const { status, end_reason: reason } = call
  if (status !== 'completed' && ended.has(status)) return status as Outcome
  if (reason) return Object.hasOwn(outcomes, reason) ? outcomes[reason] : 'other'
  return status === 'completed' ? 'completed' : 'other'
}
