/** Every word that a column may hold, with a count of 0: a new word is a type error here. */
import type { Outcome } from '../../../port.ts'
import type { Alarm, AttemptState, BatchState, LeadState, SkippedRow } from '../../records.ts'

export const noLeads: Readonly<Record<LeadState, 0>> = {
  ready: 0,
  busy: 0,
  held: 0,
  done: 0,
  expired: 0,
  cancelled: 0,
  exhausted: 0,
}

export const noAttempts: Readonly<Record<AttemptState, 0>> = {
  sending: 0,
  unknown: 0,
  placed: 0,
  held: 0,
  refused: 0,
  ended: 0,
}

export const noOutcomes: Readonly<Record<Outcome, 0>> = {
  completed: 0,
  transferred: 0,
  no_answer: 0,
  not_reached: 0,
  voicemail: 0,
  failed: 0,
  other: 0,
}

export const noBatches: Readonly<Record<BatchState, 0>> = { paused: 0, running: 0, stopped: 0, cancelled: 0 }

export const noSkipped: Readonly<Record<SkippedRow['verdict'], 0>> = {
  duplicate: 0,
  suppressed: 0,
  recent: 0,
  rejected: 0,
}

export const noAlarms: Readonly<Record<Alarm['kind'], 0>> = { late_call: 0, second_call: 0, unknown_call: 0 }
