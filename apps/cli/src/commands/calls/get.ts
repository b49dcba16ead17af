import { openAccount } from '../../account.ts'
import type { Context } from '../../context.ts'
import { formatRows, json } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { detailRows } from '../../show.ts'

export interface GetFlags {
  readonly json?: boolean
}

/** Prints one call. */
export async function get(this: Context, flags: GetFlags, id: string): Promise<void> {
  const call = await openAccount(this, narrateRetries(this.stderr)).diga.calls.get(id, {
    signal: this.signal,
  })
  this.stdout.write(flags.json ? json(call) : formatRows(detailRows(call)))
}
