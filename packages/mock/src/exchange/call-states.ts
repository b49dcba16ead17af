/**
 * How calls move from state to state.
 *
 *   placed ──► in_queue ──► dialing ──► in_progress ──► ended
 *                 │            └───────────────────────▲
 *                 └──► ended, over the plan's limit
 *
 * - in_queue: holds no slot. A call leaves when its own wait (`queueMs`) is over and a slot is free: at once, if it has no
 *   wait and a slot is free. The first to have waited is the first to leave. A call over the plan's limit ends from here.
 * - dialing: holds a slot. When the ringing ends, the call goes to in_progress if it is answered, otherwise to ended.
 * - in_progress: holds a slot, begins at `started`, and messages come. A call leaves when the talk ends.
 * - ended: holds no slot, and nothing changes any more. The first call to have ended is the first to be forgotten.
 */

import type { ExchangeCall } from './call.ts'
import { lifeOf, limitedMs } from './life.ts'
import type { Random } from './random.ts'
import type { Timed, TimerQueue } from './timer-queue.ts'

/** A call that can still change. */
export type LiveCall = { -readonly [Key in keyof ExchangeCall]: ExchangeCall[Key] } & Timed

/** What an exchange keeps. */
export interface Switchboard {
  readonly random: Random
  readonly timers: TimerQueue<LiveCall>
  readonly byId: Map<string, LiveCall>
  readonly watchers: Set<(active: number) => void>
  /** The calls that wait for a slot, in the order in which they began to. */
  readonly queue: LiveCall[]
  /** The calls that have ended, in the order in which they did. */
  readonly ended: LiveCall[]
  readonly speed: number
  readonly maxConcurrent: number
  readonly keepCalls: number
  /** How many calls have been placed. */
  placed: number
  /** How many calls hold a slot. */
  active: number
  /** The calls in `byId`; undefined if some came or went since they were listed. */
  list: readonly ExchangeCall[] | undefined
}

/** Milliseconds at speed 1, in milliseconds of the clock. */
const atSpeed = ({ speed }: Switchboard, ms: number) => Math.round(ms / speed)

function leaveStateAt(board: Switchboard, call: LiveCall, due: number): void {
  call.due = due
  board.timers.add(call)
}

/** Adds a new call, which waits for a slot. */
export function enterQueue(board: Switchboard, call: LiveCall, queueMs: number): void {
  board.byId.set(call.id, call)
  board.list = undefined
  if (call.ending === 'concurrency_limit') leaveStateAt(board, call, call.created + atSpeed(board, limitedMs))
  else if (queueMs > 0) leaveStateAt(board, call, call.created + atSpeed(board, queueMs))
  else board.queue.push(call)
}

function dial(board: Switchboard, call: LiveCall, at: number): void {
  board.active += 1
  call.state = 'dialing'
  leaveStateAt(board, call, at + atSpeed(board, lifeOf(call).ringMs))
}

function pickUp(board: Switchboard, call: LiveCall, at: number): void {
  call.state = 'in_progress'
  call.started = at
  leaveStateAt(board, call, at + atSpeed(board, lifeOf(call).talkMs))
}

function end(board: Switchboard, call: LiveCall, at: number): void {
  if (call.state !== 'in_queue') board.active -= 1
  call.state = 'ended'
  call.ended = at
  board.ended.push(call)
  if (board.ended.length <= board.keepCalls) return
  const oldest = board.ended.shift()
  if (oldest !== undefined) board.byId.delete(oldest.id)
  board.list = undefined
}

/** Takes a call out of a state whose time is over. */
function leaveState(board: Switchboard, call: LiveCall, at: number): void {
  if (call.state === 'in_queue' && call.ending === 'concurrency_limit') end(board, call, at)
  else if (call.state === 'in_queue') board.queue.push(call)
  else if (call.state === 'dialing' && lifeOf(call).talkMs > 0) pickUp(board, call, at)
  else end(board, call, at)
}

/** Gives free slots to the calls that wait for one. */
export function fillSlots(board: Switchboard, at: number): void {
  while (board.active < board.maxConcurrent) {
    const next = board.queue.shift()
    if (next === undefined) return
    dial(board, next, at)
  }
}

/** Makes a change, and reports the number of active calls to the watchers if the change altered it. */
export function changeActive(board: Switchboard, change: () => void): void {
  const before = board.active
  change()
  if (board.active !== before) for (const watcher of board.watchers) watcher(board.active)
}

/** Makes everything happen that is due at `now`, in order and with the time at which it was due. */
export function advance(board: Switchboard, now: number): void {
  changeActive(board, () => {
    for (let call = board.timers.take(now); call !== undefined; call = board.timers.take(now)) {
      const at = call.due
      leaveState(board, call, at)
      fillSlots(board, at)
    }
  })
}
