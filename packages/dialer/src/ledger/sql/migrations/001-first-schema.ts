/** `../../ledger.ts` says what the states mean. All times are milliseconds since 1970. */
import type { Dialect } from './dialect.ts'

export const firstSchema = ({ id, int, tableOptions, before }: Dialect): readonly string[] => [
  ...before,

  // One row: the ledger itself.
  `create table ledger(
    one ${int} primary key check (one = 1),
    id text not null,                -- the first half of every idempotency key
    place text not null,             -- where the store was when it was created or last adopted
    fence ${int} not null,           -- grows with every run
    halted text,                     -- why nothing may be claimed
    moved_to text,                   -- the store that it was copied to
    seal text                        -- recognises the key of sealNumbers; null without one
  )${tableOptions}`,

  // Runners with a lease.
  `create table worker(
    id text primary key,
    pid ${int} not null,
    host text not null,
    beat_at ${int} not null,
    lease_until ${int} not null
  )${tableOptions}`,

  // A batch is a plan while it is 'planning'; what a plan does not know yet is null.
  `create table batch(
    id ${id},
    state text not null check (state in ('planning','paused','running','stopped','cancelled')),
    hash text,
    name text,
    from_number text,
    agent text,
    suppression ${int} not null,     -- 1: a number that is suppressed later is not called either
    tries ${int},
    calls_per_day ${int},
    budget_calls ${int},
    budget_minutes ${int},
    rules text,                      -- JSON that the dialer reads back
    why text,
    created_at ${int} not null,      -- of a plan: the time of its last write
    first_lead ${int} not null,      -- its leads have higher ids
    planned ${int} not null default 0,
    duplicate ${int} not null default 0,
    suppressed ${int} not null default 0,
    rejected ${int} not null default 0,
    spent_calls ${int} not null default 0,
    spent_seconds ${int} not null default 0
  )${tableOptions}`,
  `create unique index batch_hash on batch(hash)`,

  `create table calendar(
    batch ${int} not null references batch(id),
    key text not null,
    rules text not null,             -- JSON that the dialer reads back
    primary key (batch, key)
  )${tableOptions}`,

  // person: the fingerprint of the number. data: number, key and variables, encrypted with a key; null after a purge.
  `create table lead(
    id ${id},
    batch ${int} not null references batch(id),
    line ${int} not null,
    person text not null,
    data text,
    calendar text not null,
    consent_at ${int},
    expires_at ${int},
    state text not null check (state in ('ready','busy','held','done','expired','cancelled','exhausted')),
    why text,
    due_at ${int} not null,
    tries ${int} not null default 0, -- attempts that were not refused
    changed_at ${int} not null,
    unique (batch, person)
  )${tableOptions}`,
  // The calendar comes before due_at: every claim would read through the due leads of closed calendars otherwise.
  `create index lead_next on lead(batch, calendar, due_at, id) where state = 'ready'`,
  `create index lead_expiry on lead(expires_at) where state = 'ready' and expires_at is not null`,
  `create index lead_busy on lead(id) where state = 'busy'`,
  `create index lead_state on lead(batch, state)`,

  // lead and batch are null on a call that was imported without a lead; only such a call has data of its own.
  `create table attempt(
    seq ${id},
    id text not null unique,         -- the second half of its idempotency key
    lead ${int} references lead(id),
    batch ${int} references batch(id),
    no ${int} not null,              -- which try of its lead, from 1
    person text not null,
    data text,
    state text not null check (state in ('sending','unknown','placed','held','refused','ended')),
    owner text,                      -- the worker that claimed it or took it over
    sending_at ${int} not null,      -- when it was claimed
    placed_at ${int},
    ended_at ${int},
    call_id text unique,
    outcome text,
    seconds ${int},
    why text,
    evidence text,                   -- JSON, encrypted with a key
    unique (lead, no)
  )${tableOptions}`,
  // SQLite uses a partial index only if a statement repeats its condition word for word: see isOpen in predicates.ts.
  `create index attempt_open on attempt(state, sending_at) where state in ('sending','unknown','placed','held')`,
  `create unique index attempt_one_open on attempt(person) where state in ('sending','unknown','placed','held')`,
  `create index attempt_person on attempt(person, sending_at)`,
  `create index attempt_batch on attempt(batch, state, outcome)`,

  // Rows of a plan that are not called. data: key and value for the report; null after a purge.
  `create table skipped(
    id ${id},
    batch ${int} not null references batch(id),
    line ${int} not null,
    verdict text not null,
    reason text,
    data text
  )${tableOptions}`,
  `create index skipped_batch on skipped(batch, id)`,

  `create table suppressed(
    person text primary key,
    source text not null,
    at ${int} not null
  )${tableOptions}`,

  `create table alarm(
    id ${id},
    at ${int} not null,
    kind text not null,
    attempt text not null,
    call_id text not null,
    unique (kind, attempt, call_id)
  )${tableOptions}`,
]
