import type { Clock } from '../clock.ts'
import type { ExchangeCall, Placement } from './call.ts'
import { advance, changeActive, enterQueue, fillSlots, type Network, type NetworkCall } from './network.ts'
import { createRandom } from './random.ts'
import { createTimerQueue } from './timer-queue.ts'

export interface ExchangeOptions {
  readonly clock: Clock
  readonly seed: number
  readonly speed: number
  readonly maxConcurrent: number
  readonly keepCalls: number
}

/**
 * The telephone exchange, which keeps the calls.
 *
 * It needs no timer: every method first makes everything happen that is due by the clock, in order and with the time at
 * which it was due. Only {@link Exchange.watchActive} sets one.
 */
export interface Exchange {
  /** Places a call, which starts to dial at once if a slot is free. */
  place(placement: Placement): ExchangeCall
  get(id: string): ExchangeCall | undefined
  /** All calls that are remembered, oldest first. */
  calls(): readonly ExchangeCall[]
  /** How many calls hold a slot. */
  active(): number
  /** Calls `listener` with each change of {@link Exchange.active}; returns a function that stops it. */
  watchActive(listener: (active: number) => void): () => void
}

function createCall(network: Network, { request, phone, ending }: Placement, created: number): NetworkCall {
  return {
    id: network.random.uuid(),
    to: request.to_number,
    phone,
    agentVersion: request.agent_version_id ?? phone.agentVersion,
    variables: request.dynamic_variables ?? null,
    ending,
    created,
    state: 'in_queue',
    started: undefined,
    ended: undefined,
    due: created,
    number: network.placed++,
  }
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { clock, seed, speed, maxConcurrent, keepCalls } = options
  const network: Network = {
    random: createRandom(seed),
    timers: createTimerQueue(),
    byId: new Map(),
    watchers: new Set(),
    queue: [],
    ended: [],
    speed,
    maxConcurrent,
    keepCalls,
    placed: 0,
    active: 0,
    list: undefined,
  }
  let cancelTimer: (() => void) | undefined

  const catchUp = () => advance(network, clock.now())

  /** Sets a timer for the next change, if anybody watches. */
  const setTimer = () => {
    cancelTimer?.()
    cancelTimer = undefined
    const next = network.timers.nextDue()
    if (network.watchers.size === 0 || next === undefined) return
    cancelTimer = clock.after(Math.max(1, next - clock.now()), () => {
      catchUp()
      setTimer()
    })
  }

  return {
    place(placement) {
      catchUp()
      const now = clock.now()
      const call = createCall(network, placement, now)
      enterQueue(network, call, placement.queueMs)
      changeActive(network, () => fillSlots(network, now))
      setTimer()
      return call
    },
    get(id) {
      catchUp()
      return network.byId.get(id.toLowerCase())
    },
    calls() {
      catchUp()
      network.list ??= [...network.byId.values()]
      return network.list
    },
    active() {
      catchUp()
      return network.active
    },
    watchActive(listener) {
      catchUp()
      network.watchers.add(listener)
      setTimer()
      return () => {
        network.watchers.delete(listener)
        setTimer()
      }
    },
  }
}
