import type { Clock } from '@digame/internal'

/**
 * Looks a number up in a list that only answers questions, such as an advertising exclusion register.
 *
 * It is called right before each call whose purpose leaves out suppressed numbers. `true` means that the number is on the list
 * and ends the lead. If the hook throws, takes too long or returns anything but `true` or `false`, the number is not called
 * either.
 */
export type SuppressionHook = (
  /** E.164. */
  number: string,
  options: { readonly signal: AbortSignal },
) => boolean | Promise<boolean>

/** Time allowed for a hook, in milliseconds. */
const defaultHookTimeoutMs = 5000

/** @throws Error if the hook fails, takes longer than `timeoutMs`, or returns neither true nor false */
export async function askHook(
  hook: SuppressionHook,
  number: string,
  { clock, timeoutMs = defaultHookTimeoutMs }: { clock: Clock; timeoutMs?: number | undefined },
): Promise<boolean> {
  const controller = new AbortController()
  const timeout = Promise.withResolvers<never>()
  const cancel = clock.after(timeoutMs, () => {
    const error = new Error(`the suppression hook took longer than ${timeoutMs} ms`)
    controller.abort(error)
    timeout.reject(error)
  })
  try {
    const asked = (async () => hook(number, { signal: controller.signal }))()
    const isSuppressed: unknown = await Promise.race([asked, timeout.promise])
    if (typeof isSuppressed !== 'boolean')
      throw new Error('the suppression hook returned neither true nor false')
    return isSuppressed
  } finally {
    cancel()
  }
}
