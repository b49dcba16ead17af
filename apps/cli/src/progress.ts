import type { DigaEvent } from '@digame/client'
import type { Output } from './context.ts'
import { clean } from './output.ts'

/** Reports temporary failures of a read; its result is output of its own. */
export function narrateRetries(stderr: Output): (event: DigaEvent) => void {
  return (event) => {
    if (event.type !== 'retry') return
    stderr.write(`${clean(event.reason)}; trying again in ${(event.delayMs / 1000).toFixed(1)} s\n`)
  }
}

/** Reports what the client does to place a call. `whom` is named right before the request goes out. */
export function narrate(stderr: Output, whom: string): (event: DigaEvent) => void {
  const reportRetry = narrateRetries(stderr)
  return (event) => {
    if (event.type === 'request' && event.method === 'POST' && event.retry === 0) {
      stderr.write(`calling ${clean(whom)}\n`)
    } else if (event.type === 'looking_up') {
      stderr.write('no clear answer; looking whether the call was placed\n')
    } else if (event.type === 'recovered') {
      stderr.write('it was placed\n')
    }
    reportRetry(event)
  }
}
