import { hasEnded } from '@digame/client'
import { connect } from '../../account.ts'
import type { Context } from '../../context.ts'
import { PlacedError } from '../../errors.ts'
import { clean, json, rows } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { ending } from '../../show.ts'

export interface WatchFlags {
  readonly json?: boolean
}

/** Shows each change of a call's status until it has ended. */
export async function watch(this: Context, flags: WatchFlags, id: string): Promise<void> {
  const { diga, intervalMs } = connect(this, narrateRetries(this.stderr))
  let seen = false
  try {
    for await (const call of diga.calls.watch(id, { intervalMs, signal: this.signal })) {
      seen = true
      if (flags.json) this.stdout.write(json(call))
      else this.stdout.write(`${clean(call.status)}\n${hasEnded(call) ? rows(ending(call)) : ''}`)
    }
  } catch (error) {
    if (!this.signal.aborted) throw error
    const call = seen ? 'the call goes on' : 'nothing was heard of the call'
    throw new PlacedError(error, `Only the watching has ended; ${call}.`, id)
  }
}
