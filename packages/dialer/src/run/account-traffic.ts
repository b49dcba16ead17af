import { pause } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { RunContext } from './context.ts'

/** The account's live calls, no matter who placed them, as the service reports them. */
export interface AccountTraffic {
  /**
   * How many live calls are not this ledger's, given how many of its own it has now.
   *
   * The service's last number does not count calls placed since, and some of our own may have ended before it was taken. So
   * the fewest calls of our own since just before that number are subtracted from it: the result is never too low.
   */
  countOthers(own: number): number
  /** False until the first number has arrived, or five seconds have passed without one. */
  isKnown(): boolean
}

/** Wait before the stream is opened again, and for its first number, in milliseconds. */
const waitMs = 5000

/** Listens to the account's live calls until `until` aborts, and connects again when the stream breaks. */
export function watchAccountTraffic(
  { port, clock, emit }: Pick<RunContext, 'port' | 'clock' | 'emit'>,
  until: AbortSignal,
): AccountTraffic {
  let live = 0
  let isNew = false
  let isKnown = port.activeCalls === undefined
  let last = 0
  let fewest = 0
  const listen = async (): Promise<void> => {
    while (!until.aborted) {
      try {
        for await (const active of port.activeCalls?.({ signal: until }) ?? []) {
          live = active
          isNew = true
          isKnown = true
        }
      } catch (error) {
        if (!until.aborted) emit({ type: 'traffic_unknown', why: messageOf(error) })
      }
      await pause(clock, waitMs, until)
    }
  }
  if (!isKnown) {
    listen()
    pause(clock, waitMs, until).then(() => {
      isKnown = true
    })
  }
  return {
    countOthers(own) {
      fewest = Math.min(isNew ? last : fewest, own)
      isNew = false
      last = own
      return Math.max(0, live - fewest)
    },
    isKnown: () => isKnown,
  }
}
