import type { DigaEvent } from '@digame/client'
import type { Output } from './context.ts'
import { clean } from './output.ts'

/** What the client's own codes of temporary failures mean. Any other code comes from a response. */
const failures: Readonly<Record<string, string>> = {
  CONNECTION: 'no connection',
  TIMEOUT: 'no complete response in time',
  BODY_CUT: 'the response broke off',
}

function explainFailure(code: string): string {
  const own = Object.hasOwn(failures, code) ? failures[code] : undefined
  return own ?? `the service responded with ${clean(code.replace(/^HTTP_/, ''))}`
}

const explainDelay = (ms: number): string =>
  ms < 50 ? 'trying again now' : `trying again in ${(ms / 1000).toFixed(1)} s`

/** Reports each temporary failure before the request is sent again. */
export function narrateRetries(stderr: Output): (event: DigaEvent) => void {
  return (event) => {
    if (event.type !== 'retry') return
    stderr.write(`${explainFailure(event.reason)}; ${explainDelay(event.delayMs)}\n`)
  }
}

/** Reports what the client does to place a call. `whom` is named right before the request goes out. */
export function narrate(stderr: Output, whom: string): (event: DigaEvent) => void {
  const reportRetry = narrateRetries(stderr)
  return (event) => {
    if (event.type === 'request' && event.method === 'POST' && event.retry === 0) {
      stderr.write(`calling ${clean(whom)}\n`)
    } else if (event.type === 'looking_up') {
      stderr.write('no clear response; looking up whether the call was placed\n')
    } else if (event.type === 'recovered') {
      stderr.write('the call was placed\n')
    }
    reportRetry(event)
  }
}
