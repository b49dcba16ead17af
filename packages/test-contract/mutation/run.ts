/** Judges mutants of the spec in as many processes as there are cores. */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutants.ts'
import type { Verdict } from './worker.ts'

export interface Judged {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

async function ask(child: ChildProcess, document: object): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`The judge of mutants ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (verdict) => {
      child.off('exit', ended)
      resolve(verdict as Verdict)
    })
    child.send(document)
  })
}

export async function judgeAll(mutants: readonly Mutant[]): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  const left = [...mutants]
  const work = async (): Promise<void> => {
    const child = fork(worker, { execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'] })
    try {
      for (let mutant = left.shift(); mutant; mutant = left.shift()) {
        judged.push({ mutant, verdict: await ask(child, mutant.document()) })
      }
    } finally {
      child.kill()
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  return judged
}
