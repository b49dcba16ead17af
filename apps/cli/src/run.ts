import { run as runApplication, ExitCode as Stricli } from '@stricli/core'
import { createApp } from './app.ts'
import type { Context, World } from './context.ts'
import { Ended, UsageError } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { isColoured } from './output.ts'
import { report } from './print-error.ts'

/** Runs one command line. @returns what the process is to end with; never throws */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const failures: unknown[] = []
  const complaints: string[] = []
  const app = createApp(argv, (error) => {
    failures.push(error)
    return exitCodes.failure
  })
  const stdout = {
    write: (text: string) => void world.stdout.write(text),
    getColorDepth: () => (isColoured(world.stdout, world.env) ? 4 : 1),
  }
  // What Stricli itself says is a complaint about the command line: it is told in one place, and as one line.
  const process = { stdout, stderr: { write: (text: string) => void complaints.push(text) }, exitCode: null }
  const context: Context & { process: { exitCode: number | null } } = { ...world, process }
  await runApplication(app, argv, context)
  const code = context.process.exitCode
  if (code === exitCodes.ok) return exitCodes.ok
  const complaint = complaints[0]?.trim() ?? 'Nothing is known of the cause.'
  const isUsage = code === Stricli.InvalidArgument || code === Stricli.UnknownCommand
  if (failures[0] instanceof Ended) return failures[0].exitCode
  const failure = isUsage ? new UsageError(complaint) : failures[0]
  return report(failure ?? new Error(complaint), world, argv.includes('--json'))
}
