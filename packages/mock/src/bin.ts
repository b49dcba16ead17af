#!/usr/bin/env node
import { MockCommandError, runMockCommand } from './command.ts'

const ending = new AbortController()
const end = () => ending.abort()
process.once('SIGINT', end).once('SIGTERM', end)
process.stdout.once('error', end)

const out = (line: string) => process.stdout.write(`${line}\n`)
try {
  await runMockCommand(process.argv.slice(2), { out, signal: ending.signal })
} catch (error) {
  if (!(error instanceof MockCommandError)) throw error
  process.stderr.write(`digame-mock: ${error.message}\n`)
  process.exitCode = error.exitCode
}
