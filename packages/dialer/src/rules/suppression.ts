import type { Clock } from '../clock.ts'

/**
 * Whether a number is on a list of one's own or of somebody else's, such as an advertising exclusion register.
 *
 * Asked right before each call of a purpose that asks for suppression. `true` ends the lead; a throw, an answer that is
 * neither `true` nor `false`, or silence for too long stops it too: nobody is called on a missing answer.
 */
export type SuppressionHook = (
  /** E.164. */
  number: string,
  options: { readonly signal: AbortSignal },
) => boolean | Promise<boolean>

/** How long a hook may take, in milliseconds. */
const defaultHookTimeoutMs = 5000

/** Asks a hook. @throws Error if it fails, does not answer in time, or not with yes or no */
export async function askHook(
  hook: SuppressionHook,
  number: string,
  { clock, timeoutMs = defaultHookTimeoutMs }: { clock: Clock; timeoutMs?: number | undefined },
): Promise<boolean> {
  const controller = new AbortController()
  const silence = Promise.withResolvers<never>()
  const cancel = clock.after(timeoutMs, () => {
    const error = new Error(`the suppression hook did not answer in ${timeoutMs} ms`)
    controller.abort(error)
    silence.reject(error)
  })
  try {
    const asked = (async () => hook(number, { signal: controller.signal }))()
    const answer: unknown = await Promise.race([asked, silence.promise])
    if (typeof answer !== 'boolean') throw new Error('the suppression hook answered neither true nor false')
    return answer
  } finally {
    cancel()
  }
}
