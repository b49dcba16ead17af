import { type Diga, hasEnded } from '@digame/client'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from './clock.ts'
import { DeskError, numberBusy, reasonOf } from './errors.ts'

export interface LookOptions {
  readonly diga: Diga
  readonly log: FastifyBaseLogger
  readonly clock: Pick<Clock, 'after'>
  /** How long a no holds before the account is asked again, in milliseconds. */
  readonly againMs: number
  readonly signal: AbortSignal
}

/** Resolves if the account has no call under way to a number. @throws DeskError if it has, or if nobody can tell */
export type Look = (number: string) => Promise<void>

// Whoever is forgotten is looked for again.
const remembered = 10_000

/** Looks for the calls that a process before this one made: once for a number, until the answer is yes. */
export function createLook({ diga, log, clock, againMs, signal }: LookOptions): Look {
  const looks = new Map<string, Promise<void>>()

  async function ask(number: string): Promise<void> {
    const options = { signal, timeoutMs: 5000, maxRetries: 0 }
    const { data } = await diga.calls.list({ type: 'outbound', limit: 50 }, options).catch((error) => {
      log.warn(reasonOf(error), 'the calls under way cannot be seen')
      const message =
        'Ahora no podemos comprobar si ya te estamos llamando, y no hemos llamado. Inténtalo en unos minutos.'
      throw new DeskError(503, 'cannot_check', message, againMs)
    })
    if (data.some((call) => call.contact?.identifier === number && !hasEnded(call))) throw numberBusy
  }

  return (number) => {
    const known = looks.get(number)
    if (known) return known
    const look = ask(number).catch((error) => {
      clock.after(againMs, () => looks.delete(number))
      throw error
    })
    looks.set(number, look)
    const [oldest] = looks.keys()
    if (looks.size > remembered && oldest !== undefined) looks.delete(oldest)
    return look
  }
}
