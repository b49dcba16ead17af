import { DialerAdoptionError, DialerLedgerError } from '../../../errors.ts'
import type { LedgerTimes } from '../../ledger.ts'
import type { Seal } from '../../seal.ts'
import type { Db, Self } from './db.ts'

/** What every part of a ledger shares. */
export interface Context {
  readonly db: Db
  readonly seal: Seal
  readonly times: LedgerTimes
  /** The ledger's id; a copy that is made here changes it. */
  readonly identity: { id: string }
  /** Tells the listeners of this process. */
  readonly changed: () => void
}

export const defaultTimes: LedgerTimes = {
  leaseMs: 15_000,
  requestMs: 60_000,
  settleMs: 10_000,
  maxCallMs: 3_600_000,
}

/** States in which a number may be ringing, word for word as in the partial indexes. */
export const open = `state in ('sending','unknown','placed','held')`

/** Attempts that take a slot; `$n` is the oldest moment at which a call may have begun that still lasts. */
export const slotsSql = (n: number): string => `select count(*) as n from attempt
  where ${open} and (state <> 'held' or sending_at > $${n})`

/** A ledger that was copied away must not change any more. */
export function assertHere(self: Self): void {
  if (self.moved_to !== null) {
    throw new DialerLedgerError(
      'MOVED',
      `This ledger was copied to ${self.moved_to}, which goes on instead: open that one`,
    )
  }
}

export function assertRunning(self: Self): void {
  assertHere(self)
  if (self.halted !== null) {
    throw new DialerAdoptionError('HALTED', `The ledger is halted: ${self.halted}. Look, then adopt it`)
  }
}
