import { MockCommandError, runMockCommand } from '@digame/mock'
import type { Context } from '../context.ts'
import { FailedError, UsageError } from '../errors.ts'

/** Serves a mock until the person interrupts: `digame-mock` under this program's name. */
export async function mock(this: Context, _flags: object, ...args: readonly string[]): Promise<void> {
  const out = (line: string): void => void this.stdout.write(`${line}\n`)
  try {
    await runMockCommand(args, { name: 'digame mock', out, signal: this.signal })
  } catch (error) {
    if (!(error instanceof MockCommandError)) throw error
    throw error.exitCode === 2
      ? new UsageError(error.message)
      : new FailedError(error.message, 'CANNOT_LISTEN')
  }
}
