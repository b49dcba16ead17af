/** Runs a batch on a SQLite file by runners that are killed, one after another, until one of them comes to the end. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, isRecord } from '@digame/internal'
import { kill } from '@digame/test-support'
import { startProgram } from './process.ts'
import type { RunnerOptions } from './runner-entry.ts'
import { drawStrike } from './storm.ts'

/** Resolves when the runner has joined the ledger, or has exited. */
async function waitUntilJoined(runner: ChildProcess): Promise<void> {
  const exit = once(runner, 'exit')
  for (;;) {
    const [event] = await Promise.race([once(runner, 'message'), exit])
    if (!isRecord(event) || event['type'] === 'joined') return
  }
}

/** Kills that many runners, then lets the last one finish. Resolves with its exit code, and with how many were really killed. */
export async function killRunners(
  options: RunnerOptions,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<{ code: unknown; killed: number }> {
  const random = createRandom(seed)
  let killed = 0
  while (killed < kills) {
    const strike = drawStrike(random)
    const runner = startProgram('runner-entry.ts', { ...options, strike })
    await waitUntilJoined(runner)
    // A runner that would kill itself at a request may find nothing to send: then it is killed from here.
    const struck = strike ? once(runner, 'exit') : sleep(20 + random() * 380)
    await Promise.race([struck, sleep(3000)])
    // It had nothing left to do and exited by itself.
    if (runner.exitCode !== null) break
    await kill(runner)
    killed++
  }
  const [code] = await once(startProgram('runner-entry.ts', options), 'exit')
  return { code, killed }
}
