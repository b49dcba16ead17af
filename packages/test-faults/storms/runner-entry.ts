/** One runner in a process of its own, to be killed. Tells of its events; exits 0 when nobody is left to call. */
import { Diga } from '@digame/client'
import { createDialer, type Limits, openPostgresLedger, openSqliteLedger, type Port } from '@digame/dialer'
import { digaPort } from '@digame/dialer/client'
import { type LedgerPlace, patientTimes, times } from './ledger.ts'

export interface WorkerOptions {
  readonly ledger: LedgerPlace
  readonly url: string
  readonly limits: Limits
  /** Runs by the spans for calls that live long. */
  readonly isPatient?: boolean
  /** Whether what other processes of the account do counts. */
  readonly seesTraffic?: boolean
  readonly strike?: Strike | undefined
}

/** A worker that strikes itself where a blow from outside seldom falls. */
export interface Strike {
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  /** At its so-manieth request. */
  readonly at: number
  /** `before`: it is claimed and has not left. `after`: it was answered, and nobody has been told. */
  readonly when: 'before' | 'after'
}

const {
  ledger: place,
  url,
  limits,
  seesTraffic = false,
  isPatient = false,
  strike,
} = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions

// Whoever started it has gone.
process.once('disconnect', () => process.exit())
// A broken database is what a storm is about.
process.once('uncaughtException', (error) => {
  process.send?.({ type: 'crashed', why: error.stack })
  process.exit(1)
})

const spans = isPatient ? patientTimes : times
const ledger =
  place.store === 'sqlite'
    ? await openSqliteLedger(place.path, { times: spans })
    : await openPostgresLedger(place.url, { schema: place.schema, times: spans })
const { requestMs, settleMs } = spans
const diga = new Diga({ apiKey: 'storm', baseUrl: url, timeoutMs: requestMs, settleMs, maxRetries: 1 })
const { activeCalls, ...adapted } = digaPort(diga)
let requests = 0
const port: Port = {
  ...adapted,
  async place(request, options) {
    const isStruck = strike !== undefined && ++requests === strike.at
    // Here the dialer's own check of the deadline is behind it: only the one of the port is left.
    if (isStruck && strike.when === 'before') process.kill(process.pid, strike.signal)
    const answer = await adapted.place(request, options)
    if (isStruck && strike.when === 'after') process.kill(process.pid, strike.signal)
    return answer
  },
}
const dialer = createDialer({
  port: seesTraffic && activeCalls ? { ...port, activeCalls } : port,
  ledger,
  limits,
})
const tell = async (): Promise<void> => {
  for await (const event of dialer.events) process.send?.(event)
}
tell()
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const end = await dialer.run({ signal: stop.signal })
await ledger.close()
process.send?.({ type: 'end', end }, () => process.exit(end === 'halted' ? 3 : 0))
