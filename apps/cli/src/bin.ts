#!/usr/bin/env node
import module from 'node:module'
import process from 'node:process'
import type { PlacedCall, World } from './context.ts'

const interrupt = new AbortController()
// Once: a second signal ends the process without waiting for what is still to be printed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort())

module.enableCompileCache?.()
const { run } = await import('./run.ts')
const { printStdoutError } = await import('./print-error.ts')

let placed: PlacedCall | undefined
const { stdout, stderr, env } = process
const argv = process.argv.slice(2)
const world: World = {
  stdout,
  stderr,
  env,
  signal: interrupt.signal,
  onPlaced: (call) => {
    placed = call
  },
}

stderr.on('error', () => {})
// Without a reader there is nothing left to do, and work under way would keep the process alive.
stdout.on('error', (error) => process.exit(printStdoutError(error, world, argv.includes('--json'), placed)))

process.exitCode = await run(argv, world)
