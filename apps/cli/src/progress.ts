import type { DigaEvent } from '@digame/client'
import type { Output } from './context.ts'
import { clean } from './output.ts'

/** Tells of failures that pass; the rest of a read is its own answer. */
export function narrateRetries(stderr: Output): (event: DigaEvent) => void {
  return (event) => {
    if (event.type !== 'retry') return
    stderr.write(`${clean(event.reason)}; trying again in ${(event.delayMs / 1000).toFixed(1)} s\n`)
  }
}

/** Tells what the client does to place a call; `whom` is told once it is about to. */
export function narrate(stderr: Output, whom: string): (event: DigaEvent) => void {
  const retried = narrateRetries(stderr)
  return (event) => {
    if (event.type === 'request' && event.method === 'POST' && event.retry === 0) {
      stderr.write(`calling ${clean(whom)}\n`)
    } else if (event.type === 'looking_up') {
      stderr.write('no clear answer; looking whether the call was placed\n')
    } else if (event.type === 'recovered') {
      stderr.write('it was placed\n')
    }
    retried(event)
  }
}
