/** Several runners on one ledger. Any may be killed at any moment, and another is started in its place. */
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { kill } from '@digame/test-support'
import { startProgram } from './process.ts'
import type { RunnerOptions } from './runner-entry.ts'

export interface Fleet extends AsyncDisposable {
  /**
   * Kills a runner that is at work and starts another; `pick` from 0 to 1 chooses which.
   *
   * Resolves with false if all are done.
   */
  killOne(pick: number): Promise<boolean>
  /** Resolves when every runner has found that nobody is left to call; rejects after this time. */
  done(withinMs: number): Promise<void>
  /** Why runners crashed that had joined: even a database that is gone must not crash one. */
  readonly crashes: string[]
}

/** One of the runners, and those that took its place. */
interface Berth {
  runner: ChildProcess
  isReady: boolean
  isDone: boolean
}

interface RunnerMessage {
  readonly type: string
  readonly end?: string
  readonly why?: string
}

/** Launches the runners; `draw` is called for the options of each, also of those that replace another. */
export function launch(count: number, draw: () => RunnerOptions): Fleet {
  const crashes: string[] = []
  let isOver = false

  const startRunner = (): ChildProcess => startProgram('runner-entry.ts', draw())

  const watch = (berth: Berth): void => {
    const { runner } = berth
    runner.on('message', (event: RunnerMessage) => {
      if (event.type === 'joined') berth.isReady = true
      if (event.type === 'crashed' && berth.isReady) crashes.push(event.why ?? '')
      if (event.type === 'end' && event.end === 'done') berth.isDone = true
    })
    // A runner that exited because its database was gone is started again, as by any supervisor.
    runner.once('exit', (code) => {
      if (isOver || berth.runner !== runner || berth.isDone || code === 0) return
      setTimeout(() => !isOver && berth.runner === runner && replace(berth), 200)
    })
  }

  const replace = (berth: Berth): void => {
    Object.assign(berth, { runner: startRunner(), isReady: false, isDone: false })
    watch(berth)
  }

  const berths = Array.from({ length: count }, () => {
    const berth = { runner: startRunner(), isReady: false, isDone: false }
    watch(berth)
    return berth
  })
  return {
    crashes,
    async killOne(pick) {
      for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
        const ready = berths.filter(({ isReady, isDone }) => isReady && !isDone)
        const berth = ready[Math.floor(pick * ready.length)]
        if (berth) {
          const { runner } = berth
          replace(berth)
          await kill(runner)
          return true
        }
        if (berths.every(({ isDone }) => isDone)) return false
        await sleep(20)
      }
      return false
    },
    async done(withinMs) {
      for (let waitedMs = 0; !berths.every(({ isDone }) => isDone); waitedMs += 50) {
        if (waitedMs > withinMs) throw new Error('The runners did not come to an end.')
        await sleep(50)
      }
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all(berths.map(({ runner }) => kill(runner)))
    },
  }
}
