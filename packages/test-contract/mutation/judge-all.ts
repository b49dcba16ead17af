/** Judges many mutants, in two processes where the machine has two cores. */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isRecord } from '@digame/internal'
import { ask } from '@digame/test-support'
import type { Node } from '../contract/document.ts'
import type { Verdict } from './judge.ts'
import type { Mutant } from './mutants.ts'

export interface Judged {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

const worker = fileURLToPath(new URL('judge-entry.ts', import.meta.url))

const isVerdict = (message: unknown): message is Verdict => isRecord(message) && 'result' in message

async function judgeIn(child: ChildProcess, document: Node): Promise<Verdict> {
  const message = await ask(child, document)
  if (!isVerdict(message)) throw new Error('The judge of mutants sent something other than a verdict')
  return message
}

/** Resolves with the verdicts, in the order in which they came. */
export async function judgeAll(mutants: readonly Mutant[]): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  const left = [...mutants]
  const work = async (): Promise<void> => {
    const child = fork(worker, { execArgv: ['--conditions=source'] })
    try {
      for (let mutant = left.shift(); mutant; mutant = left.shift()) {
        judged.push({ mutant, verdict: await judgeIn(child, mutant.document()) })
      }
    } finally {
      child.kill()
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  return judged
}
