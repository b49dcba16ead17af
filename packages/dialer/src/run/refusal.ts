import type { NotPlaced } from '../port.ts'

/**
 * Why an attempt is over and nobody was called.
 *
 * - `closed`, `suppressed`, `rule_failed`, `not_checked`: the last check of the rules, right before the request.
 * - `concurrency_limit`: the service ended the call without dialling it, because the account had too many simultaneous calls.
 * - `batch_stopped`: its batch was stopped after the claim and before the request.
 * - `never_sent`, `person`: the ledger's own words, for a claim that failed and for what a person has settled.
 */
export type Refusal =
  | NotPlaced
  | 'closed'
  | 'suppressed'
  | 'rule_failed'
  | 'not_checked'
  | 'concurrency_limit'
  | 'batch_stopped'
  | 'never_sent'
  | 'person'

/**
 * What follows from a refusal for its lead.
 *
 * - `settle`: the lead is done.
 * - `stop`: the batch stops, and the lead is given back.
 * - `again`: the lead is due at once.
 * - `later`: the lead is due after a backoff.
 * - `later_or_stop`: as `later`, but the batch stops if several leads meet it, or one does several times in a row.
 * - `cancel`: the lead is cancelled.
 */
export type Consequence = 'settle' | 'stop' | 'again' | 'later' | 'later_or_stop' | 'cancel'

const consequences: Readonly<Record<Refusal, Consequence>> = {
  lead_refused: 'settle',
  blocked: 'stop',
  rate_limited: 'later',
  never_left: 'later',
  not_after: 'later',
  closed: 'later',
  suppressed: 'cancel',
  rule_failed: 'later_or_stop',
  not_checked: 'later',
  concurrency_limit: 'later',
  batch_stopped: 'later',
  never_sent: 'later',
  person: 'again',
}

const isRefusal = (word: string): word is Refusal => Object.hasOwn(consequences, word)

/** A refusal as the ledger keeps it, because it must still be known after a crash: its kind, and a detail if there is one. */
export const refusalOf = (kind: Refusal, detail?: string): string => (detail ? `${kind}: ${detail}` : kind)

/** What follows from a refusal that the ledger has kept. A kind that is not known, such as a newer version's, loses nobody. */
export function consequenceOf(why: string): Consequence {
  const [kind = ''] = why.split(':', 1)
  return isRefusal(kind) ? consequences[kind] : 'later'
}
