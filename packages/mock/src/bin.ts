#!/usr/bin/env node
import { run } from './command.ts'

const ending = new AbortController()
const end = () => ending.abort()
process.once('SIGINT', end).once('SIGTERM', end)
process.stdout.once('error', end)

process.exitCode = await run(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  signal: ending.signal,
})
