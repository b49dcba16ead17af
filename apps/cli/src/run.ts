import { run as runApplication, ExitCode as Stricli } from '@stricli/core'
import { createApp } from './app.ts'
import type { Context, World } from './context.ts'
import { Ended, UsageError } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { isColoured } from './output.ts'
import { printError } from './print-error.ts'

/** Runs one command line; never throws. @returns the exit code of the process */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const failures: unknown[] = []
  const usageProblems: string[] = []
  const app = createApp(argv, (error) => {
    failures.push(error)
    return exitCodes.failure
  })
  const stdout = {
    write: (text: string) => void world.stdout.write(text),
    getColorDepth: () => (isColoured(world.stdout, world.env) ? 4 : 1),
  }
  // Stricli writes to stderr only what is wrong with the command line. It is collected here and printed below, as one line.
  const process = {
    stdout,
    stderr: { write: (text: string) => void usageProblems.push(text) },
    exitCode: null,
  }
  const context: Context & { process: { exitCode: number | null } } = { ...world, process }
  await runApplication(app, argv, context)
  const code = context.process.exitCode
  if (code === exitCodes.ok) return exitCodes.ok
  const problem = usageProblems[0]?.trim() ?? 'The cause is unknown.'
  const isUsage = code === Stricli.InvalidArgument || code === Stricli.UnknownCommand
  if (failures[0] instanceof Ended) return failures[0].exitCode
  const failure = isUsage ? new UsageError(problem) : failures[0]
  return printError(failure ?? new Error(problem), world, argv.includes('--json'))
}
