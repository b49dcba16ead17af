/** Lets a plan leave out people who were called recently, and a claim keep a gap between two calls to a number. */
import type { Dialect } from './dialect.ts'

export const recentCalls = ({ int }: Dialect): readonly string[] => [
  `alter table batch add column recent ${int} not null default 0`,
  // In milliseconds. Batches that were planned before have no gap: a plan never changes.
  `alter table batch add column minimum_gap ${int} not null default 0`,

  // The earlier call or waiting lead because of which a row is left out as recent; no personal data.
  `alter table skipped add column earlier_batch ${int}`,
  `alter table skipped add column earlier_at ${int}`,
  `alter table skipped add column earlier_outcome text`,

  // The leads that still wait for a call: see isWaiting in predicates.ts.
  `create index lead_waiting on lead(person) where state in ('ready','busy','held')`,
]
