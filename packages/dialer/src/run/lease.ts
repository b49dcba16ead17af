import { pause } from '../clock.ts'
import { DialerFencedError, messageOf } from '../errors.ts'
import type { Runner } from '../ledger/ledger.ts'
import type { RunContext } from './context.ts'

/** A session's hold on the ledger. */
export interface Lease {
  isLost(): boolean
  /** Takes an error of the ledger: a lost lease ends the session, anything else is reported as `ledger_trouble`. */
  handleError(error: unknown): void
  /** Renews the lease every third of its length, until it is lost or `until` aborts. */
  keep(until: AbortSignal): Promise<void>
}

/** `onLost` is called once, as soon as the loss is known. */
export function createLease(
  { ledger, clock, emit }: Pick<RunContext, 'ledger' | 'clock' | 'emit'>,
  runner: Runner,
  onLost: () => void,
): Lease {
  let isLost = false

  function handleError(error: unknown): void {
    if (!(error instanceof DialerFencedError)) {
      emit({ type: 'ledger_trouble', why: messageOf(error) })
      return
    }
    if (isLost) return
    isLost = true
    onLost()
    emit({ type: 'fenced' })
  }

  return {
    isLost: () => isLost,
    handleError,
    async keep(until) {
      while (!until.aborted && !isLost) {
        await pause(clock, ledger.times.leaseMs / 3, until)
        if (!until.aborted) await runner.beat().catch(handleError)
      }
    },
  }
}
