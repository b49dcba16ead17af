/** The account's live calls, whoever placed them, as the service tells them. */
import { pause } from '../clock.ts'
import { messageOf } from '../message.ts'
import type { Work } from './context.ts'

export interface Traffic {
  /**
   * Live calls of others, given how many this ledger has now.
   *
   * The last number that the service told knows nothing of calls that were placed since, and nobody knows which of our calls had
   * ended by then. So what is taken off it is the fewest of our own since just before it: others are never counted too few.
   */
  others(own: number): number
  /** False until the first number has come, or has been waited for in vain. */
  isKnown(): boolean
}

const againMs = 5000

/** Listens until `until` aborts, and connects again when the stream breaks; nobody waits for the first number for longer than five seconds. */
export function watchTraffic({ port, clock, tell }: Work, until: AbortSignal): Traffic {
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
        if (!until.aborted) tell({ type: 'traffic_unknown', why: messageOf(error) })
      }
      await pause(clock, againMs, until)
    }
  }
  if (!isKnown) {
    listen()
    pause(clock, againMs, until).then(() => {
      isKnown = true
    })
  }
  return {
    others(own) {
      fewest = Math.min(isNew ? last : fewest, own)
      isNew = false
      last = own
      return Math.max(0, live - fewest)
    },
    isKnown: () => isKnown,
  }
}
