import type { Clock } from '@digame/internal'
import { DeskError, numberBusy } from './errors.ts'
import type { Limits } from './limits.ts'
import { createQuota } from './quota.ts'

/** Who asks, and for a call to which number. */
export interface Applicant {
  readonly number: string
  /** The key that the visitor's quota counts by. */
  readonly visitor: string
}

/** Decides whether a number may be called now. */
export interface Admission {
  /**
   * Throws unless a call may begin; counts nothing, so a refused visitor keeps their quota.
   *
   * `pending` callbacks are about to begin and need room at the desk too.
   *
   * @throws DeskError
   */
  check(applicant: Applicant, pending?: number): void
  /** Counts the call, and marks its number as busy until {@link release}. */
  admit(applicant: Applicant): void
  /** Frees a number. */
  release(number: string): void
}

const hourMs = 3_600_000

export function createAdmission(clock: Pick<Clock, 'now'>, limits: Limits): Admission {
  const busyNumbers = new Set<string>()
  const visitors = createQuota(limits.perVisitor, hourMs, clock)
  const numbers = createQuota(limits.perNumber, hourMs, clock)
  return {
    check({ number, visitor }, pending = 0) {
      const visitorWait = visitors.wait(visitor)
      if (visitorWait > 0) {
        const message = 'Has pedido muchas llamadas seguidas. Inténtalo más tarde.'
        throw new DeskError(429, 'too_many_requests', message, visitorWait)
      }
      if (busyNumbers.has(number)) throw numberBusy()
      if (busyNumbers.size + pending >= limits.open) {
        const message = 'Ahora no podemos atender más llamadas. Inténtalo en unos minutos.'
        throw new DeskError(503, 'desk_full', message)
      }
      const numberWait = numbers.wait(number)
      if (numberWait > 0) {
        const message = 'Ya hemos llamado varias veces a este número. Inténtalo más tarde.'
        throw new DeskError(429, 'too_many_calls', message, numberWait)
      }
    },
    admit({ number, visitor }) {
      visitors.consume(visitor)
      numbers.consume(number)
      busyNumbers.add(number)
    },
    release: (number) => void busyNumbers.delete(number),
  }
}
