/** Excludes all other processes where only one may run a ledger: on SQLite. */
export interface Lock {
  /** The highest fence that this ledger had while the lock was held: a ledger with a lower one is an old copy. 0 if unknown. */
  fence(ledger: string): number
  keepFence(ledger: string, fence: number): void
  release(): void
}

/** @throws DialerBusyError another process holds it */
export type TakeLock = () => Promise<Lock>
