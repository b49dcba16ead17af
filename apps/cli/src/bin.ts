#!/usr/bin/env node
import module from 'node:module'
import process from 'node:process'
import { exitCodes } from './exit-codes.ts'

const interrupt = new AbortController()
// Once: whoever interrupts again does not want to wait for what is to be said.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort())

module.enableCompileCache?.()
const { run } = await import('./run.ts')

process.stderr.on('error', () => {})
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`error: stdout: ${error.message}\n`)
  // Nobody reads any more, and what is under way would keep the process alive. Of a placed call nothing was told.
  process.exit(process.argv[2] === 'call' ? exitCodes.unknown : exitCodes.failure)
})

const { stdout, stderr, env } = process
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, env, signal: interrupt.signal })
