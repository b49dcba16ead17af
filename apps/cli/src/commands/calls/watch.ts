import { hasEnded } from '@digame/client'
import { openAccount } from '../../account.ts'
import type { Context } from '../../context.ts'
import { PlacedError } from '../../errors.ts'
import { clean, formatRows, json } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { outcomeRows } from '../../show.ts'

export interface WatchFlags {
  readonly json?: boolean
}

/** Prints each status of a call until it has ended. */
export async function watch(this: Context, flags: WatchFlags, id: string): Promise<void> {
  const { diga, intervalMs } = openAccount(this, narrateRetries(this.stderr))
  let wasRead = false
  try {
    for await (const call of diga.calls.watch(id, { intervalMs, signal: this.signal })) {
      wasRead = true
      if (flags.json) this.stdout.write(json(call))
      else this.stdout.write(`${clean(call.status)}\n${hasEnded(call) ? formatRows(outcomeRows(call)) : ''}`)
    }
  } catch (error) {
    if (!this.signal.aborted) throw error
    const rest = wasRead ? 'the call goes on' : 'the state of the call is unknown'
    throw new PlacedError(error, `Only the watching has ended; ${rest}.`, id)
  }
}
