import { DigaAbortError } from '../errors.ts'
import type { Core } from '../http/core.ts'
import type { RequestOptions } from '../options.ts'
import { lookUp } from './look-up.ts'
import type { FindQuery } from './options.ts'
import type { Found } from './search.ts'
import { checkDate, checkKey } from './validate.ts'

/** How far somebody may have set a wall clock between two readings of it, in milliseconds. */
const wallSlackMs = 600_000

/** Looks up a call that an earlier `create` sent, perhaps in another process. */
export async function find(
  core: Core,
  { idempotencyKey, to_number, sentAt }: FindQuery,
  { signal }: Pick<RequestOptions, 'signal'>,
): Promise<Found> {
  checkKey(idempotencyKey)
  const { clock } = core
  const agoMs = clock.now() - checkDate('sentAt', sentAt)
  if (agoMs < 0) return { result: 'unknown', reason: 'clock_went_back', candidates: [] }
  const startedAt = clock.elapsed()
  const elapsedMs = (): number => clock.elapsed() - startedAt
  return lookUp(core, {
    key: idempotencyKey,
    to: to_number,
    ageMs: () => agoMs + elapsedMs(),
    // The wall clock may have been set since the send, so the time before this look-up counts only beyond the slack.
    settledMs: () => Math.max(0, agoMs - wallSlackMs) + elapsedMs(),
    slackMs: wallSlackMs,
    signal,
  }).catch((cause) => {
    throw new DigaAbortError('The look-up was aborted.', { code: 'ABORTED', cause })
  })
}
