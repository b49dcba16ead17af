import type { Clock } from '../clock.ts'
import type { ExchangeCall, Placement } from './call.ts'
import {
  advance,
  changeActive,
  enterQueue,
  fillSlots,
  type LiveCall,
  type Switchboard,
} from './call-states.ts'
import { createRandom } from './random.ts'
import { createTimerQueue } from './timer-queue.ts'

/** What becomes of a call for which no slot is free. */
export type OverLimit = 'queue' | 'end'

export interface ExchangeOptions {
  readonly clock: Clock
  readonly seed: number
  readonly speed: number
  readonly maxConcurrent: number
  readonly overLimit: OverLimit
  readonly keepCalls: number
}

/**
 * The telephone exchange, which keeps the calls.
 *
 * It needs no timer: every method first makes everything happen that is due by the clock, in order and with the time at
 * which it was due. Only {@link Exchange.watchActive} sets one.
 */
export interface Exchange {
  /** Places a call, which starts to dial at once if a slot is free. If none is, `overLimit` decides. */
  place(placement: Placement): ExchangeCall
  get(id: string): ExchangeCall | undefined
  /** All calls that are remembered, oldest first. */
  calls(): readonly ExchangeCall[]
  /** How many calls hold a slot. */
  active(): number
  /** Calls `listener` with each change of {@link Exchange.active}; returns a function that stops it. */
  watchActive(listener: (active: number) => void): () => void
}

function createCall(board: Switchboard, { request, phone, ending }: Placement, created: number): LiveCall {
  return {
    id: board.random.uuid(),
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
    number: board.placed++,
  }
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { clock, seed, speed, maxConcurrent, overLimit, keepCalls } = options
  const board: Switchboard = {
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

  const catchUp = () => advance(board, clock.now())

  /** Sets a timer for the next change, if anybody watches. */
  const setTimer = () => {
    cancelTimer?.()
    cancelTimer = undefined
    const next = board.timers.nextDue()
    if (board.watchers.size === 0 || next === undefined) return
    cancelTimer = clock.after(Math.max(1, next - clock.now()), () => {
      catchUp()
      setTimer()
    })
  }

  return {
    place(placement) {
      catchUp()
      const now = clock.now()
      const isOver = overLimit === 'end' && board.active >= maxConcurrent
      const ending = isOver ? 'concurrency_limit' : placement.ending
      const call = createCall(board, { ...placement, ending }, now)
      enterQueue(board, call, placement.queueMs)
      changeActive(board, () => fillSlots(board, now))
      setTimer()
      return call
    },
    get(id) {
      catchUp()
      return board.byId.get(id.toLowerCase())
    },
    calls() {
      catchUp()
      board.list ??= [...board.byId.values()]
      return board.list
    },
    active() {
      catchUp()
      return board.active
    },
    watchActive(listener) {
      catchUp()
      board.watchers.add(listener)
      setTimer()
      return () => {
        board.watchers.delete(listener)
        setTimer()
      }
    },
  }
}
