/** Each store's words for what the migrations leave open. */
export interface Dialect {
  /** A number that the store gives. */
  readonly id: string
  readonly int: string
  /** Ends a table. */
  readonly end: string
  /** What the store itself needs first. */
  readonly first: readonly string[]
}

/**
 * The numbered changes of the schema, each once and in order. What is released is never edited: a change is a new one.
 *
 * The list of open states stands word for word in statements, or SQLite does not use the partial indexes.
 */
export const migrations: readonly ((dialect: Dialect) => readonly string[])[] = [
  ({ id, int, end, first }) => [
    ...first,
    `create table ledger(
      one ${int} primary key check (one = 1), id text not null, place text not null, fence ${int} not null,
      halted text, moved_to text, seal text)${end}`,
    `create table worker(
      id text primary key, pid ${int} not null, host text not null, beat_at ${int} not null, lease_until ${int} not null)${end}`,
    `create table batch(
      id ${id}, state text not null check (state in ('planning','paused','running','stopped','cancelled')),
      hash text, name text, from_number text, agent text, suppression ${int} not null,
      tries ${int}, calls_per_day ${int}, budget_calls ${int}, budget_minutes ${int}, rules text, why text,
      created_at ${int} not null, first_lead ${int} not null, planned ${int} not null default 0,
      duplicate ${int} not null default 0, suppressed ${int} not null default 0, rejected ${int} not null default 0,
      spent_calls ${int} not null default 0, spent_seconds ${int} not null default 0)${end}`,
    `create unique index batch_hash on batch(hash)`,
    `create table calendar(
      batch ${int} not null references batch(id), key text not null, rules text not null, primary key (batch, key))${end}`,
    `create table lead(
      id ${id}, batch ${int} not null references batch(id), line ${int} not null, person text not null, data text,
      calendar text not null, consent_at ${int}, expires_at ${int},
      state text not null check (state in ('ready','busy','held','done','expired','cancelled','exhausted')),
      why text, due_at ${int} not null, tries ${int} not null default 0, changed_at ${int} not null,
      unique (batch, person))${end}`,
    // The calendar leads: behind a closed window due_at would be read through by every claim.
    `create index lead_next on lead(batch, calendar, due_at, id) where state = 'ready'`,
    `create index lead_expiry on lead(expires_at) where state = 'ready' and expires_at is not null`,
    `create index lead_busy on lead(id) where state = 'busy'`,
    `create index lead_state on lead(batch, state)`,
    `create table attempt(
      seq ${id}, id text not null unique, lead ${int} references lead(id), batch ${int} references batch(id), no ${int} not null,
      person text not null, data text,
      state text not null check (state in ('sending','unknown','placed','held','refused','ended')),
      owner text, sending_at ${int} not null, placed_at ${int}, ended_at ${int}, call_id text unique,
      outcome text, seconds ${int}, why text, evidence text, unique (lead, no))${end}`,
    `create index attempt_open on attempt(state, sending_at) where state in ('sending','unknown','placed','held')`,
    `create unique index attempt_one_open on attempt(person) where state in ('sending','unknown','placed','held')`,
    `create index attempt_person on attempt(person, sending_at)`,
    `create index attempt_batch on attempt(batch, state, outcome)`,
    `create table skipped(
      id ${id}, batch ${int} not null references batch(id), line ${int} not null, verdict text not null, reason text, data text)${end}`,
    `create index skipped_batch on skipped(batch, id)`,
    `create table suppressed(person text primary key, source text not null, at ${int} not null)${end}`,
    `create table alarm(
      id ${id}, at ${int} not null, kind text not null, attempt text not null, call_id text not null,
      unique (kind, attempt, call_id))${end}`,
  ],
]
