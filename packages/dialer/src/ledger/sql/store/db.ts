export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>
type Type = 'text' | 'bigint'

/** The ledger's own row, as the transaction found it. */
export interface Self {
  readonly id: string
  /** Where the store was when it was made or last adopted. */
  readonly place: string
  readonly fence: number
  readonly halted: string | null
  readonly moved_to: string | null
  readonly seal: string | null
}

/** One transaction. Statements are written once for both stores, with `$1` and no word that only one of them knows. */
export interface Tx {
  /** The ledger's time when the transaction began, after its lock. */
  readonly now: number
  readonly self: Self
  /** When the lease of the worker that was asked about ends; 0 without one. */
  readonly leaseUntil: number
  all(sql: string, ...values: Value[]): Promise<Row[]>
  /** Returns how many rows it changed. */
  run(sql: string, ...values: Value[]): Promise<number>
}

export interface WriteOptions {
  /** Serialises with all other transactions that ask for it: claims, joins, imports. */
  readonly lock?: boolean
  readonly worker?: string
}

/** A store of SQL, as far as the two differ. */
export interface Db {
  /** Says which store this is, to people and to a copy that is begun again. */
  readonly name: string
  /** Rolled back when `work` rejects. Durable when it resolves. */
  write<T>(work: (tx: Tx) => Promise<T>, options?: WriteOptions): Promise<T>
  /** One consistent view. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** A table `r` of the JSON array of objects in parameter `$n`. */
  rows(n: number, columns: Readonly<Record<string, Type>>): string
  /** `for update`, where a transaction does not already exclude all others. */
  readonly forUpdate: string
  /** Where the store is now, in a form that changes when it is copied, restored or failed over. */
  place(): Promise<string>
  /** Tells other processes, inside the transaction that changes something. */
  notify(tx: Tx): Promise<void>
  /** After rows were written with numbers of their own. */
  numbered(tx: Tx): Promise<void>
  /** Leaves nothing of what was removed in files of its own. */
  scrub(): Promise<void>
  close(): Promise<void>
}

/** `in (...)` over the JSON array of bare values in parameter `$n`. */
export const inRows = (db: Db, n: number, type: Type): string =>
  `in (select v from ${db.rows(n, { v: type })})`

export const listed = (values: Iterable<Value>): string => JSON.stringify(Array.from(values, (v) => ({ v })))
