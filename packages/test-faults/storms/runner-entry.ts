/** One runner in a process of its own, to be killed. Sends the dialer's events; exits with 0 when nobody is left to call. */
import { Diga } from '@digame/client'
import { createDialer, type Limits, type Port } from '@digame/dialer'
import { digaPort } from '@digame/dialer/client'
import { type LedgerLocation, openLedgerAt, patientTimes, times } from './ledger.ts'
import { readOptions } from './process.ts'

export interface RunnerOptions {
  readonly ledger: LedgerLocation
  /** The base URL of the service. */
  readonly url: string
  readonly limits: Limits
  /** Uses `patientTimes`, for calls that last long. */
  readonly isPatient?: boolean
  /** Counts the calls of the whole account, not only its own. */
  readonly seesTraffic?: boolean
  readonly strike?: Strike | undefined
}

/** The moment at which a runner kills or stops itself, because a signal from outside seldom hits it. */
export interface Strike {
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  /** The number of the request, from 1. */
  readonly at: number
  /** `before`: the attempt is claimed and nothing is sent. `after`: the response is here and nothing is recorded. */
  readonly when: 'before' | 'after'
}

const options = readOptions<RunnerOptions>()
const { limits, strike } = options
const chosen = options.isPatient ? patientTimes : times

// The process that started this one is gone.
process.once('disconnect', () => process.exit())
// A broken database is part of a storm.
process.once('uncaughtException', (error) => {
  process.send?.({ type: 'crashed', why: error.stack })
  process.exit(1)
})

const ledger = await openLedgerAt(options.ledger, chosen)
const { requestMs, settleMs } = chosen
const diga = new Diga({
  apiKey: 'storm',
  baseUrl: options.url,
  timeoutMs: requestMs,
  settleMs,
  maxRetries: 1,
})
const { activeCalls, ...adapted } = digaPort(diga)
let requests = 0
const port: Port = {
  ...adapted,
  async place(request, placeOptions) {
    const isStruck = strike !== undefined && ++requests === strike.at
    // The dialer has checked the deadline by now; only the port's own check is left.
    if (isStruck && strike.when === 'before') process.kill(process.pid, strike.signal)
    const result = await adapted.place(request, placeOptions)
    if (isStruck && strike.when === 'after') process.kill(process.pid, strike.signal)
    return result
  },
}
const dialer = createDialer({
  port: options.seesTraffic && activeCalls ? { ...port, activeCalls } : port,
  ledger,
  limits,
})
async function sendEvents(): Promise<void> {
  for await (const event of dialer.events) process.send?.(event)
}
sendEvents()
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const end = await dialer.run({ signal: stop.signal })
await ledger.close()
process.send?.({ type: 'end', end }, () => process.exit(end === 'halted' ? 3 : 0))
