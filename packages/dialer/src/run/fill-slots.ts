import { sendClaimed } from './attempts.ts'
import type { ClaimStart } from './place-call.ts'
import type { Session } from './session-context.ts'

/** Attempts claimed at once, at most. */
const maxClaim = 100

/** Claims leads that may be called now and sends them. Returns whether there may be more to claim at once. */
export async function fillSlots(session: Session): Promise<boolean> {
  const { port, runner, rulebook, traffic, batches, inFlight, lease, ledgerClock } = session
  const { clock, limits, rateLimit, only } = session
  const limit = Math.min(maxClaim, rateLimit.free())
  const claimStart: ClaimStart = { wall: clock.now(), elapsed: clock.elapsed() }
  const calendars = rulebook.openCalendars(ledgerClock.now())
  const own = port.activeCalls ? (await runner.slots()) - inFlight.sending().length : 0
  const slots = limits.slots - traffic.countOthers(own)
  if (limit < 1 || slots < 1 || calendars.length === 0 || !traffic.isKnown()) return false
  const claimed = await runner.claim({ calendars, slots, limit, batch: only })
  rateLimit.consume(claimed.length)
  for (const { id } of claimed) inFlight.startSending(id)
  // Batches that were planned or resumed since the last scan.
  if (claimed.some(({ batch }) => batches.get(batch)?.state !== 'running'))
    await batches.read().catch(lease.handleError)
  for (const one of claimed) inFlight.start(one.id, sendClaimed(session, one, claimStart), lease.handleError)
  return claimed.length === limit
}
