/**
 * Whether an attempt is open: its call may be sent, or may be going on.
 *
 * Word for word as in the partial indexes `attempt_open` and `attempt_one_open`: a store uses an index only for its own condition.
 */
export const isOpen = (table: string): string => `${table}.state in ('sending','unknown','placed','held')`

/** Whether an attempt takes a slot. `$n` is the claim time from which on a held attempt's call could still last. */
export const takesSlot = (table: string, n: number): string =>
  `${isOpen(table)} and (${table}.state <> 'held' or ${table}.sending_at > $${n})`

/** Whether a lead still waits for a call, or for the end of one. Word for word as in the partial index `lead_waiting`. */
export const isWaiting = (table: string): string => `${table}.state in ('ready','busy','held')`
