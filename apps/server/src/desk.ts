import { maskNumber } from '@digame/client'
import { type Callback, createCallback } from './callback.ts'
import { createLook } from './calls-under-way.ts'
import type { Clock } from './clock.ts'
import { DeskError, numberBusy } from './errors.ts'
import type { Limits } from './limits.ts'
import { type RingOptions, ring } from './place-and-follow.ts'
import { createQuota } from './quota.ts'

/** What a visitor asks for. */
interface Asked {
  /** The id in the form's token: the same id is the same wish. */
  readonly id: string
  readonly name: string
  readonly number: string
  /** Who asks, for the quota. */
  readonly visitor: string
}

/** Decides who is called, and remembers it. */
export interface Desk {
  /** The callback with this id; waits for one that is being asked for. */
  find(id: string): Promise<Callback | undefined>
  /** Has somebody called; the same id gives the same callback and never a second call. @throws DeskError */
  ask(asked: Asked): Promise<Callback>
  /** Stops following, at once; calls go on. */
  close(): Promise<void>
}

export interface DeskOptions extends Omit<RingOptions, 'signal' | 'followMs'> {
  readonly clock: Clock
  readonly limits: Limits
}

const hour = 3_600_000

export function createDesk({ clock, limits, ...options }: DeskOptions): Desk {
  const { log } = options
  const callbacks = new Map<string, Callback>()
  /** The numbers that are not called now, each with the callback that has it. */
  const taken = new Map<string, Callback>()
  const over: string[] = []
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  const visitors = createQuota(limits.perVisitor, hour, clock)
  const numbers = createQuota(limits.perNumber, hour, clock)
  const { againMs } = limits
  const look = createLook({ ...options, clock, againMs, signal: closing.signal })
  /** Those whose number is being looked for among the account's calls, by id. */
  const asking = new Map<string, Promise<Callback>>()

  /** Waits for one that is being asked for; what became of it is told to whoever asked. */
  async function find(id: string): Promise<Callback | undefined> {
    await asking.get(id)?.catch(() => {})
    return callbacks.get(id)
  }

  function knownAs({ id, number }: Asked): Callback | undefined {
    const known = callbacks.get(id)
    if (!known || known.number === number) return known
    throw new DeskError(409, 'form_used', 'Con esta página ya has pedido una llamada a otro número.')
  }

  /** Counts nothing: who is refused keeps what was left. */
  function check({ number, visitor }: Asked, waiting = 0): void {
    const wait = visitors.wait(visitor)
    if (wait > 0) {
      const message = 'Has pedido muchas llamadas seguidas. Inténtalo más tarde.'
      throw new DeskError(429, 'too_many_requests', message, wait)
    }
    if (taken.has(number)) throw numberBusy
    if (taken.size + waiting >= limits.open) {
      const message = 'Ahora no podemos atender más llamadas. Inténtalo en unos minutos.'
      throw new DeskError(503, 'desk_full', message)
    }
    const rest = numbers.wait(number)
    if (rest > 0) {
      const message = 'Ya hemos llamado varias veces a este número. Inténtalo más tarde.'
      throw new DeskError(429, 'too_many_calls', message, rest)
    }
  }

  function release({ id, number }: Callback): void {
    taken.delete(number)
    over.push(id)
    if (over.length > limits.kept) callbacks.delete(over.shift() as string)
  }

  /** A call that may still be ringing keeps its number. */
  function settle(callback: Callback): void {
    const { state } = callback.last.state
    if (state === 'ended' || state === 'refused') release(callback)
    else clock.after(limits.holdMs, () => release(callback))
  }

  function start({ id, name, number }: Asked): Callback {
    const callback = createCallback(id, number)
    callbacks.set(id, callback)
    taken.set(number, callback)
    log.info({ callback: id, number: maskNumber(number) }, 'asked, with consent')
    const { followMs } = limits
    const run = ring(callback, name, { ...options, followMs, signal: closing.signal }).then(() => {
      running.delete(run)
      settle(callback)
    })
    running.add(run)
    return callback
  }

  async function begin(asked: Asked): Promise<Callback> {
    await look(asked.number)
    // Meanwhile another may have come first; from here on nobody comes between.
    check(asked)
    visitors.take(asked.visitor)
    numbers.take(asked.number)
    return start(asked)
  }

  return {
    find,
    async ask(asked) {
      const { id } = asked
      // The same form may come twice while the account is asked.
      while (asking.has(id)) await find(id)
      const known = knownAs(asked)
      if (known) return known
      check(asked, asking.size)
      const begun = begin(asked).finally(() => asking.delete(id))
      asking.set(id, begun)
      return begun
    },
    async close() {
      closing.abort()
      await Promise.all(running)
    },
  }
}
