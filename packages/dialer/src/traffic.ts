/** The account's live calls, whoever placed them, as the service tells them. */

import { pause } from './clock.ts'
import { messageOf } from './message.ts'
import type { Work } from './work.ts'

export interface Traffic {
  /** Live calls of others, given how many slots this ledger's own calls hold, and how many of them are only being sent. */
  others(slots: number, sending: number): number
}

const againMs = 5000

/** Listens until `until` aborts; connects again when the stream breaks. The last number told holds until the next. */
export function watchTraffic(work: Work, until: AbortSignal): Traffic {
  const { port, clock, tell } = work
  let live = 0
  const listen = async (): Promise<void> => {
    while (!until.aborted) {
      try {
        for await (const active of port.activeCalls?.({ signal: until }) ?? []) live = active
      } catch (error) {
        if (!until.aborted) tell({ type: 'traffic_unknown', why: messageOf(error) })
      }
      await pause(clock, againMs, until)
    }
  }
  if (port.activeCalls) listen()
  return { others: (slots, sending) => Math.max(0, live - Math.max(0, slots - sending)) }
}
