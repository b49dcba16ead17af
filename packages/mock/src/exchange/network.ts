/**
 * How calls move from state to state.
 *
 *   placed ──► in_queue ──► dialing ──► in_progress ──► ended
 *                              └───────────────────────▲
 *
 * - in_queue: holds no slot. A call leaves in the order of coming, when its own wait (`queueMs`) is over and a slot is
 *   free; without a wait and with a free slot it leaves at once.
 * - dialing: holds a slot. When the ringing ends, the call goes to in_progress if it is answered, otherwise to ended.
 * - in_progress: holds a slot, begins at `started`, and messages come. A call leaves when the talk ends.
 * - ended: holds no slot, and nothing changes any more. The first call to have ended is the first to be forgotten.
 */

import type { ExchangeCall } from './call.ts'
import { lifeOf } from './life.ts'
import type { Random } from './random.ts'
import type { Timed, TimerQueue } from './timer-queue.ts'

/** A call that can still change. */
export type NetworkCall = { -readonly [Key in keyof ExchangeCall]: ExchangeCall[Key] } & Timed

/** Everything that an exchange keeps. */
export interface Network {
  readonly random: Random
  readonly timers: TimerQueue<NetworkCall>
  readonly byId: Map<string, NetworkCall>
  readonly watchers: Set<(active: number) => void>
  /** The calls that wait for a slot, in the order of coming. */
  readonly queue: NetworkCall[]
  /** The calls that have ended, in the order of their ends. */
  readonly ended: NetworkCall[]
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
const atSpeed = ({ speed }: Network, ms: number) => Math.round(ms / speed)

function leaveStateAt(network: Network, call: NetworkCall, due: number): void {
  call.due = due
  network.timers.add(call)
}

/** Adds a new call to the network, where it waits for a slot. */
export function enterQueue(network: Network, call: NetworkCall, queueMs: number): void {
  network.byId.set(call.id, call)
  network.list = undefined
  if (queueMs > 0) leaveStateAt(network, call, call.created + atSpeed(network, queueMs))
  else network.queue.push(call)
}

function dial(network: Network, call: NetworkCall, at: number): void {
  network.active += 1
  call.state = 'dialing'
  leaveStateAt(network, call, at + atSpeed(network, lifeOf(call).ringMs))
}

function pickUp(network: Network, call: NetworkCall, at: number): void {
  call.state = 'in_progress'
  call.started = at
  leaveStateAt(network, call, at + atSpeed(network, lifeOf(call).talkMs))
}

function end(network: Network, call: NetworkCall, at: number): void {
  network.active -= 1
  call.state = 'ended'
  call.ended = at
  network.ended.push(call)
  if (network.ended.length <= network.keepCalls) return
  const oldest = network.ended.shift()
  if (oldest !== undefined) network.byId.delete(oldest.id)
  network.list = undefined
}

/** Takes a call out of a state whose time is over. */
function leaveState(network: Network, call: NetworkCall, at: number): void {
  if (call.state === 'in_queue') network.queue.push(call)
  else if (call.state === 'dialing' && lifeOf(call).talkMs > 0) pickUp(network, call, at)
  else end(network, call, at)
}

/** Gives free slots to the calls that wait for one. */
export function fillSlots(network: Network, at: number): void {
  while (network.active < network.maxConcurrent) {
    const next = network.queue.shift()
    if (next === undefined) return
    dial(network, next, at)
  }
}

/** Makes a change, and reports the number of active calls to the watchers if the change altered it. */
export function changeActive(network: Network, change: () => void): void {
  const before = network.active
  change()
  if (network.active !== before) for (const watcher of network.watchers) watcher(network.active)
}

/** Makes everything happen that is due at `now`, in order and with the time at which it was due. */
export function advance(network: Network, now: number): void {
  changeActive(network, () => {
    for (let call = network.timers.take(now); call !== undefined; call = network.timers.take(now)) {
      const at = call.due
      leaveState(network, call, at)
      fillSlots(network, at)
    }
  })
}
