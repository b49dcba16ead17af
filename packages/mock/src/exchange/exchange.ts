/**
 * The telephone exchange: the lives of the calls.
 *
 *   placed ──► in_queue ──► dialing ──► in_progress ──► ended
 *      └──────────────────────▲ └───────────────────────▲
 *
 * - in_queue: entered if no slot is free, or if the call must wait (`queueMs`). It holds no slot. Left in the order of
 *   coming, when the wait is over and a slot is free.
 * - dialing: takes a slot. Left when the ringing ends: for in_progress if somebody picks up, else for the end.
 * - in_progress: begins at `started`; messages grow. Left when the talk ends.
 * - ended: the slot is free, and nothing changes any more. The first to have ended is the first to be forgotten.
 *
 * Nothing of this needs a timer: what is due by the clock happens, in order and at its own time, whenever
 * anybody looks. Only those who follow the number of live calls set one.
 */

import type { Clock } from '../clock.ts'
import type { Call, CallRequest } from '../contract/types.ts'
import type { Phone } from '../service/account.ts'
import { type Ending, lifeOf } from './life.ts'
import { createRandom } from './random.ts'
import { createAgenda, type Due } from './timer-queue.ts'

/** A call as the exchange holds it; the wire's form is made when somebody asks. Times are milliseconds since 1970. */
export interface Line {
  readonly id: string
  readonly to: string
  readonly phone: Phone
  readonly agentVersion: string
  readonly variables: NonNullable<Call['dynamic_variables']> | null
  readonly ending: Ending
  readonly created: number
  readonly state: 'in_queue' | 'dialing' | 'in_progress' | 'ended'
  readonly started: number | undefined
  readonly ended: number | undefined
}

export interface ExchangeOptions {
  readonly clock: Clock
  readonly seed: number
  readonly speed: number
  readonly maxConcurrent: number
  readonly keepCalls: number
}

interface Placement {
  readonly request: CallRequest
  readonly ending: Ending
  /** How long the call waits in the queue even if a slot is free; milliseconds at speed 1. */
  readonly queueMs: number
  readonly phone: Phone
}

export interface Exchange {
  place(placement: Placement): Line
  /** The call of this id as it stands now. */
  get(id: string): Line | undefined
  /** All calls that are remembered, oldest first, as they stand now. */
  lines(): readonly Line[]
  /** How many calls hold a slot now. */
  active(): number
  /** Tells each change of {@link active}; the function returned ends it. */
  follow(changed: (active: number) => void): () => void
}

type OpenLine = { -readonly [Key in keyof Line]: Line[Key] } & Due

export function createExchange(options: ExchangeOptions): Exchange {
  const { clock, seed, speed, maxConcurrent, keepCalls } = options
  const random = createRandom(seed)
  const agenda = createAgenda<OpenLine>()
  const byId = new Map<string, OpenLine>()
  const followers = new Set<(active: number) => void>()
  const queue: OpenLine[] = []
  const ended: OpenLine[] = []
  let lines: readonly Line[] | undefined
  let number = 0
  let active = 0
  let cancelTimer: (() => void) | undefined

  const scaled = (ms: number) => Math.round(ms / speed)

  const meet = (line: OpenLine, due: number) => {
    line.due = due
    agenda.add(line)
  }

  const start = (line: OpenLine, at: number) => {
    active += 1
    line.state = 'dialing'
    meet(line, at + scaled(lifeOf(line).ring))
  }

  const answer = (line: OpenLine, at: number) => {
    line.state = 'in_progress'
    line.started = at
    meet(line, at + scaled(lifeOf(line).talk))
  }

  const end = (line: OpenLine, at: number) => {
    active -= 1
    line.state = 'ended'
    line.ended = at
    ended.push(line)
    if (ended.length <= keepCalls) return
    byId.delete((ended.shift() as OpenLine).id)
    lines = undefined
  }

  /** Takes a call out of the state whose time is over. */
  const leave = (line: OpenLine, at: number) => {
    if (line.state === 'in_queue') queue.push(line)
    else if (line.state === 'dialing' && lifeOf(line).talk > 0) answer(line, at)
    else end(line, at)
  }

  const fill = (at: number) => {
    while (active < maxConcurrent) {
      const next = queue.shift()
      if (next === undefined) return
      start(next, at)
    }
  }

  /** Does something that may change the number of live calls, and tells it if it did. */
  const changing = (change: () => void) => {
    const before = active
    change()
    if (active !== before) for (const follower of followers) follower(active)
  }

  const advance = () =>
    changing(() => {
      const now = clock.now()
      for (let line = agenda.take(now); line !== undefined; line = agenda.take(now)) {
        const at = line.due
        leave(line, at)
        fill(at)
      }
    })

  const keepTime = () => {
    cancelTimer?.()
    cancelTimer = undefined
    const next = agenda.next()
    if (followers.size === 0 || next === undefined) return
    cancelTimer = clock.after(Math.max(1, next - clock.now()), () => {
      advance()
      keepTime()
    })
  }

  return {
    place({ request, ending, queueMs, phone }) {
      advance()
      const created = clock.now()
      const line: OpenLine = {
        id: random.uuid(),
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
        number: number++,
      }
      byId.set(line.id, line)
      lines = undefined
      if (queueMs > 0) meet(line, created + scaled(queueMs))
      else queue.push(line)
      changing(() => fill(created))
      keepTime()
      return line
    },
    get(id) {
      advance()
      return byId.get(id.toLowerCase())
    },
    lines() {
      advance()
      lines ??= [...byId.values()]
      return lines
    },
    active() {
      advance()
      return active
    },
    follow(changed) {
      advance()
      followers.add(changed)
      keepTime()
      return () => {
        followers.delete(changed)
        keepTime()
      }
    },
  }
}
