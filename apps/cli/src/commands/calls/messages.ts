import { connect } from '../../account.ts'
import type { Context } from '../../context.ts'
import { json, painter } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { said } from '../../show.ts'
import { transcript } from '../../transcript.ts'

export interface MessagesFlags {
  readonly json?: boolean
}

/** Shows what was said in a call. */
export async function messages(this: Context, flags: MessagesFlags, id: string): Promise<void> {
  const paint = painter(this.stdout, this.env)
  for await (const message of transcript(connect(this, narrateRetries(this.stderr)).diga, id, this.signal)) {
    this.stdout.write(flags.json ? json(message) : said(message, paint))
  }
}
