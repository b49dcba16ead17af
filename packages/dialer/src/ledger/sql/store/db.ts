import { number, optionalText, type Row, text } from './rows.ts'

/** A value that a statement is given. */
export type Value = string | number | null
export type ColumnType = 'text' | 'bigint'
export type Columns = Readonly<Record<string, ColumnType>>

/** The ledger's own row, as the transaction found it. */
export interface Self {
  readonly id: string
  /** Where the store was when it was created or last adopted. */
  readonly location: string
  /** Grows with every run; the fencing token of the newest one. */
  readonly fence: number
  /** Why the ledger is halted, if it is. */
  readonly halted: string | undefined
  /** The store that it was copied to, if it was. */
  readonly movedTo: string | undefined
}

/** The column that holds the location is called `place`. */
export const selfColumns = 'id, place, fence, halted, moved_to'

export const readSelf = (row: Row): Self => ({
  id: text(row, 'id'),
  location: text(row, 'place'),
  fence: number(row, 'fence'),
  halted: optionalText(row, 'halted'),
  movedTo: optionalText(row, 'moved_to'),
})

/** Runs statements. They are written once for both stores: with `$1`, and in words that both know. */
export interface Statements {
  all(sql: string, ...values: Value[]): Promise<Row[]>
  /** Returns how many rows it changed. */
  run(sql: string, ...values: Value[]): Promise<number>
}

/** One transaction. */
export interface Tx extends Statements {
  /** The ledger's time when the transaction began; with `lock`, after it got the lock. */
  readonly now: number
  readonly self: Self
  /** When the lease of `WriteOptions.worker` ends; 0 without a lease. */
  readonly leaseUntil: number
}

export interface WriteOptions {
  /** Excludes all other transactions with this option: claims, joins, imports. */
  readonly lock?: boolean
  /** The worker whose lease the transaction reads. */
  readonly worker?: string
}

/** A store, reduced to what differs between SQLite and Postgres. */
export interface Db {
  /** Names the store to people, and to a copy that is started again. */
  readonly name: string
  /** Rolls back when `work` rejects. Durable when it resolves. */
  write<T>(work: (tx: Tx) => Promise<T>, options?: WriteOptions): Promise<T>
  /** Shows one consistent view to `work`. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** SQL for a table `r` made of the JSON array of objects in parameter `$n`. */
  jsonTable(n: number, columns: Columns): string
  /** A clause such as `for update`; empty where a transaction already excludes all others. */
  rowLock(clause: string): string
  /** Where the store is now, in a form that changes when it is copied, restored or failed over. */
  location(): Promise<string>
  /** Wakes other processes once the transaction commits. */
  notify(tx: Tx): Promise<void>
  /** Continues each table's ids after the highest one. Needed after rows were written with ids of their own. */
  resetIds(tx: Tx): Promise<void>
  /** Removes what deleted rows left in the store's files. */
  scrub(): Promise<void>
  close(): Promise<void>
}

/** SQL for `in (…)` over the JSON array in parameter `$n`, which `jsonList` makes. */
export const inList = (db: Db, n: number, type: ColumnType): string =>
  `in (select v from ${db.jsonTable(n, { v: type })})`

export const jsonList = (values: Iterable<Value>): string =>
  JSON.stringify(Array.from(values, (v) => ({ v })))

/** Runs `select count(*) as n …`. */
export async function count(tx: Tx, sql: string, ...values: Value[]): Promise<number> {
  const [row = {}] = await tx.all(sql, ...values)
  return number(row, 'n')
}

/** Whether a statement finds any row. */
export const exists = async (tx: Tx, sql: string, ...values: Value[]): Promise<boolean> =>
  (await tx.all(sql, ...values)).length > 0
