import { DialerAdoptionError, DialerLedgerError } from '../../../errors.ts'
import type { LedgerTimes } from '../../ledger.ts'
import type { Seal } from '../../seal.ts'
import type { Db, Self } from './db.ts'

/** What every part of a ledger shares. */
export interface Context {
  readonly db: Db
  readonly seal: Seal
  readonly times: LedgerTimes
  /** The ledger's id. Mutable, because a copy into this store brings its own. */
  readonly identity: { id: string }
  /** Calls the change listeners of this process. */
  readonly notifyListeners: () => void
}

export const defaultTimes: LedgerTimes = {
  leaseMs: 15_000,
  requestMs: 60_000,
  settleMs: 10_000,
  maxCallMs: 3_600_000,
}

/** The oldest claim time whose call could still last. */
export const oldestLiveCall = (times: LedgerTimes, now: number): number => now - times.maxCallMs

/** @throws DialerLedgerError `MOVED` the ledger was copied away and must not change any more */
export function assertNotMoved(self: Self): void {
  if (self.movedTo !== undefined) {
    throw new DialerLedgerError(
      'MOVED',
      `This ledger was copied to ${self.movedTo}, which goes on instead: open that one`,
    )
  }
}

/** @throws DialerLedgerError `MOVED`; DialerAdoptionError `HALTED` */
export function assertMayRun(self: Self): void {
  assertNotMoved(self)
  if (self.halted !== undefined) {
    throw new DialerAdoptionError(
      'HALTED',
      `The ledger is halted: ${self.halted}. Read ledger.alarms(), then call ledger.adopt()`,
    )
  }
}
