import { type Diga, hasEnded } from '@digame/client'
import type { Clock } from '@digame/internal'
import type { FastifyBaseLogger } from 'fastify'
import { DeskError, logFields, numberBusy } from './errors.ts'
import { runLater } from './later.ts'

export interface CallsUnderWayOptions {
  readonly diga: Diga
  readonly log: FastifyBaseLogger
  readonly clock: Pick<Clock, 'after'>
  /** How long to wait before asking the account again about a number that was refused, in milliseconds. */
  readonly recheckMs: number
  readonly signal: AbortSignal
}

// A number that is forgotten is checked again.
const rememberedNumbers = 10_000

/** The check for calls under way that the desk does not see. */
export interface UnderWayCheck {
  /** Throws unless the account has no call under way to a number. @throws DeskError, also if the calls cannot be read */
  assertNone(number: string): Promise<void>
  /** Makes the next check of a number ask the account again: the desk does not know whether its last call has ended. */
  forget(number: string): void
}

/**
 * Creates the check for calls that an earlier process placed, or that this one has lost sight of.
 *
 * The account is asked once for each number. It is asked again only after a refusal or {@link UnderWayCheck.forget},
 * because otherwise the desk itself knows every call that it places.
 */
export function createUnderWayCheck(options: CallsUnderWayOptions): UnderWayCheck {
  const { clock, recheckMs, signal } = options
  const checks = new Map<string, Promise<void>>()
  return {
    assertNone(number) {
      const known = checks.get(number)
      if (known) return known
      const check = askAccount(number, options).catch((error) => {
        runLater(clock, recheckMs, () => checks.delete(number), signal)
        throw error
      })
      checks.set(number, check)
      const [oldest] = checks.keys()
      if (checks.size > rememberedNumbers && oldest !== undefined) checks.delete(oldest)
      return check
    },
    forget: (number) => void checks.delete(number),
  }
}

async function askAccount(number: string, options: CallsUnderWayOptions): Promise<void> {
  const { diga, log, recheckMs, signal } = options
  const request = { signal, timeoutMs: 5000, maxRetries: 0 }
  const { data } = await diga.calls.list({ type: 'outbound', limit: 50 }, request).catch((error) => {
    log.warn(logFields(error), 'cannot list the calls under way')
    const message =
      'Ahora no podemos comprobar si ya te estamos llamando, y no hemos llamado. Inténtalo en unos minutos.'
    throw new DeskError(503, 'cannot_check', message, recheckMs)
  })
  if (data.some((call) => call.contact?.identifier === number && !hasEnded(call))) throw numberBusy()
}
