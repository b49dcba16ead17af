import type { Call } from '../call.ts'
import { abortError, copyError } from './create-errors.ts'
import type { Creator, Doubt, Intention } from './intention.ts'
import { lookUp } from './look-up.ts'

/** How wrong the clocks may be within one process, whose time is monotonic, in milliseconds. */
const slackMs = 60_000

/** Looks the call of a create in doubt up. @throws DigaError, that of the send, with candidates if the call was not found */
export async function recover(
  { core, reportDrift }: Creator,
  to: string,
  intention: Intention,
  doubt: Doubt,
): Promise<Call> {
  const { clock, emit, marker } = core
  const { key, work } = intention
  if (!marker) throw doubt.error
  emit({ type: 'looking_up', idempotencyKey: key })
  const settledMs = (): number => clock.elapsed() - doubt.elapsed
  const found = await lookUp(core, {
    key,
    to,
    // While a machine sleeps, only its wall clock goes on.
    ageMs: () => Math.max(settledMs(), clock.now() - doubt.wall),
    settledMs,
    slackMs,
    signal: work?.signal,
  }).catch((cause) => {
    throw abortError(cause, 'maybe', intention)
  })
  if (!found.call) throw copyError(doubt.error, found.candidates)
  emit({ type: 'recovered', idempotencyKey: key, callId: found.call.id })
  return reportDrift(found.call)
}
