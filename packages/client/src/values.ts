/**
 * The values that the spec lists, each with what the client makes of it.
 *
 * The records are typed by the spec's generated types: a value that the spec gains or loses is a type error here until
 * somebody has decided what it means. Published as `@digame/client/values`, which loads nothing else.
 */
import type { Outcome } from '@digame/internal'
import type { components } from '@digame/spec'

export type { Outcome } from '@digame/internal'

type Schemas = components['schemas']

type ByStatus = { readonly [Status in Schemas['CallStatus']]: Outcome | undefined }

/** The outcome that each status stands for; `undefined` while the call is under way. */
export const outcomeOfStatus: ByStatus = {
  dialing: undefined,
  in_queue: undefined,
  in_progress: undefined,
  completed: 'completed',
  failed: 'failed',
  transferred: 'transferred',
  no_answer: 'no_answer',
}

/** Statuses used until 2026-07 that the service may come to use as end reasons; the spec does not list them as such. */
type AssumedReason = 'no_answer' | 'failed' | 'transferred'

type ByReason = { readonly [Reason in Schemas['EndReason'] | AssumedReason]: Outcome }

/** The outcome that each end reason stands for. */
export const outcomeOfReason: ByReason = {
  user_hang_up: 'completed',
  hangup: 'completed',
  voicemail_left: 'voicemail',
  answering_machine_detected: 'voicemail',
  mailbox_unavailable: 'voicemail',
  ivr_no_answer: 'no_answer',
  ivr_unreachable: 'failed',
  no_answer: 'no_answer',
  failed: 'failed',
  transferred: 'transferred',
}

type ByType = { readonly [Type in Schemas['CallType']]: true }

const types: ByType = { inbound: true, outbound: true }

const namesIn = <Name extends string>(record: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(record) as Name[]

/** Every status that this version knows. */
export const callStatuses: readonly Schemas['CallStatus'][] = /* @__PURE__ */ namesIn(outcomeOfStatus)

/** Every type of call that this version knows. */
export const callTypes: readonly Schemas['CallType'][] = /* @__PURE__ */ namesIn(types)
