/** Several workers on one ledger, of which any may be killed at any moment; a killed one is started again. */
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { kill, start } from './mock-process.ts'
import type { WorkerOptions } from './runner-entry.ts'

export interface Fleet extends AsyncDisposable {
  /** Kills one that runs, and starts another in its place; false if all are done. */
  killOne(pick: number): Promise<boolean>
  /** Resolves when a worker has found that nobody is left to call, or rejects after so long. */
  done(withinMs: number): Promise<void>
  /** What workers that had joined crashed of: a database that is gone must not do that. */
  readonly crashes: string[]
}

interface Berth {
  worker: ChildProcess
  isReady: boolean
  isDone: boolean
}

/** `draw` says how each worker is started, those that replace others too. */
export function launch(count: number, draw: () => WorkerOptions): Fleet {
  const crashes: string[] = []
  let isOver = false

  const board = (berth: Partial<Berth>): Berth => {
    const worker = start('runner-entry.ts', draw())
    Object.assign(berth, { worker, isReady: false, isDone: false })
    worker.on('message', (event: { type: string; end?: string; why?: string }) => {
      if (event.type === 'joined') berth.isReady = true
      if (event.type === 'crashed' && berth.isReady) crashes.push(event.why ?? '')
      if (event.type === 'end' && event.end === 'done') berth.isDone = true
    })
    // One that ended because its database was gone comes back, as under any supervisor.
    worker.once('exit', (code) => {
      if (isOver || berth.worker !== worker || berth.isDone || code === 0) return
      setTimeout(() => !isOver && berth.worker === worker && board(berth), 200)
    })
    return berth as Berth
  }

  const berths = Array.from({ length: count }, () => board({}))
  return {
    crashes,
    async killOne(pick) {
      for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
        const ready = berths.filter(({ isReady, isDone }) => isReady && !isDone)
        const berth = ready[Math.floor(pick * ready.length)]
        if (berth) {
          const { worker } = berth
          board(berth)
          await kill(worker)
          return true
        }
        if (berths.every(({ isDone }) => isDone)) return false
        await sleep(20)
      }
      return false
    },
    async done(withinMs) {
      for (let waitedMs = 0; !berths.every(({ isDone }) => isDone); waitedMs += 50) {
        if (waitedMs > withinMs) throw new Error('the workers did not come to an end')
        await sleep(50)
      }
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all(berths.map(({ worker }) => kill(worker)))
    },
  }
}
