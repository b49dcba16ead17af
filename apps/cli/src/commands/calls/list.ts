import type { callStatuses, callTypes } from '@digame/client/values'
import { openAccount } from '../../account.ts'
import type { Context } from '../../context.ts'
import { UsageError } from '../../errors.ts'
import { omitUndefined } from '../../input.ts'
import { json } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { formatListLine } from '../../show.ts'

export interface ListFlags {
  readonly status?: (typeof callStatuses)[number]
  readonly type?: (typeof callTypes)[number]
  readonly agent?: string
  readonly contact?: string
  readonly phone?: string
  readonly since?: Date
  readonly until?: Date
  readonly key?: string
  readonly limit?: number
  readonly all?: boolean
  readonly json?: boolean
}

const defaultLimit = 50
/** The longest page that the service sends. */
const longestPage = 1000

/** Prints a list of calls, newest first. */
export async function list(this: Context, flags: ListFlags): Promise<void> {
  const { all, key, limit } = flags
  if (all && limit !== undefined)
    throw new UsageError('--all and --limit contradict each other; give only one.')
  const max = all ? Number.POSITIVE_INFINITY : (limit ?? defaultLimit)
  const query = omitUndefined({
    status: flags.status,
    type: flags.type,
    agent_id: flags.agent,
    contact_id: flags.contact,
    phone_id: flags.phone,
    start_created_date: flags.since?.toISOString(),
    end_created_date: flags.until?.toISOString(),
    // One more than is shown, to know whether there are more.
    limit: key === undefined ? Math.min(max + 1, longestPage) : longestPage,
  })
  let shown = 0
  for await (const call of openAccount(this, narrateRetries(this.stderr)).diga.calls.list(query, {
    signal: this.signal,
  })) {
    if (key !== undefined && call.dynamic_variables?.['digame_key'] !== key) continue
    if (shown === max) {
      this.stderr.write(`There are more than ${max}; give a higher --limit, or --all.\n`)
      return
    }
    this.stdout.write(flags.json ? json(call) : formatListLine(call))
    shown++
  }
  if (key !== undefined && shown === 0) {
    this.stderr.write(
      'No call carries this key. That does not prove that none was placed: the list may be late. Look again in a few minutes, also for calls to the same number.\n',
    )
  }
}
