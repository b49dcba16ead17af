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

type ByReason = { readonly [Reason in Schemas['EndReason']]: Outcome }

/** The outcome that each end reason of the spec stands for. */
export const outcomeOfReason: ByReason = {
  user_hang_up: 'completed',
  hangup: 'completed',
  voicemail_left: 'voicemail',
  answering_machine_detected: 'voicemail',
  // The phone is switched off or out of coverage: no mailbox was reached.
  mailbox_unavailable: 'no_answer',
  // A phone menu picked up, and nobody behind it did.
  ivr_no_answer: 'no_answer',
  ivr_unreachable: 'no_answer',
}

/**
 * The outcome that each end reason with an unknown wire name stands for. All of these names are guesses.
 *
 * The vendor's page on monitoring and logs (2026-10) shows the first group as labels. The second group are statuses of the
 * older vocabulary, which the service may use as reasons. {@link outcomeOfEndReason} recognises them in any spelling.
 */
const outcomeOfGuess: Readonly<Record<string, Outcome>> = {
  'agent hang up': 'completed',
  'call transferred': 'transferred',
  'user did not answer': 'no_answer',
  'call error': 'not_reached',
  'concurrency limit reached': 'not_reached',
  'queue timed out': 'not_reached',

  'no answer': 'no_answer',
  failed: 'failed',
  transferred: 'transferred',
}

/** Reduces a reason to its letters and digits: `hang_up`, `hangUp`, `HANG-UP` and `hangup` are the same reason. */
const lettersOf = (reason: unknown): string =>
  typeof reason === 'string' ? reason.toLowerCase().replace(/[^a-z0-9]/g, '') : ''

const outcomeByLetters: ReadonlyMap<string, Outcome> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({ ...outcomeOfGuess, ...outcomeOfReason }).map(([reason, outcome]) => [
    lettersOf(reason),
    outcome,
  ]),
)

/** The outcome that an end reason stands for, however it is spelled; `undefined` for a reason that this version does not know. */
export const outcomeOfEndReason = (reason: unknown): Outcome | undefined =>
  outcomeByLetters.get(lettersOf(reason))

/** Whether an end reason says that the account had as many simultaneous calls as its plan allows. */
export const isConcurrencyLimit = (reason: unknown): boolean =>
  lettersOf(reason) === 'concurrencylimitreached'

type ByType = { readonly [Type in Schemas['CallType']]: true }

const types: ByType = { inbound: true, outbound: true }

const namesIn = <Name extends string>(record: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(record) as Name[]

/** Every status that this version knows. */
export const callStatuses: readonly Schemas['CallStatus'][] = /* @__PURE__ */ namesIn(outcomeOfStatus)

/** Every type of call that this version knows. */
export const callTypes: readonly Schemas['CallType'][] = /* @__PURE__ */ namesIn(types)
