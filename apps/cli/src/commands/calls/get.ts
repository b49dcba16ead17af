import { connect } from '../../account.ts'
import type { Context } from '../../context.ts'
import { json, rows } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { details } from '../../show.ts'

export interface GetFlags {
  readonly json?: boolean
}

/** Shows one call. */
export async function get(this: Context, flags: GetFlags, id: string): Promise<void> {
  const call = await connect(this, narrateRetries(this.stderr)).diga.calls.get(id, { signal: this.signal })
  this.stdout.write(flags.json ? json(call) : rows(details(call)))
}
