import { openAccount } from '../../account.ts'
import type { Context } from '../../context.ts'
import { json, painter } from '../../output.ts'
import { narrateRetries } from '../../progress.ts'
import { formatMessage } from '../../show.ts'
import { readTranscript } from '../../transcript.ts'

export interface MessagesFlags {
  readonly json?: boolean
}

/** Prints the transcript of a call. */
export async function messages(this: Context, flags: MessagesFlags, id: string): Promise<void> {
  const paint = painter(this.stdout, this.env)
  for await (const message of readTranscript(
    openAccount(this, narrateRetries(this.stderr)).diga,
    id,
    this.signal,
  )) {
    this.stdout.write(flags.json ? json(message) : formatMessage(message, paint))
  }
}
