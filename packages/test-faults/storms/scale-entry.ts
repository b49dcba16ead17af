/** Runs a batch of many people against a service that responds at once; sends the dialer's rate and its memory. */
import { createDialer, type Port, type PortCall, planBatch } from '@digame/dialer'
import { type LedgerLocation, openLedgerAt } from './ledger.ts'
import { talkerNumber } from './phone-numbers.ts'
import { readOptions } from './process.ts'

export interface ScaleOptions {
  readonly ledger: LedgerLocation
  readonly leads: number
}

interface Scale {
  readonly end: string
  readonly calls: number
  readonly twice: number
  readonly attemptsPerSecond: number
  readonly rssMb: number
}

const { ledger: location, leads } = readOptions<ScaleOptions>()

process.once('disconnect', () => process.exit())

const ledger = await openLedgerAt(location)

const keys = new Set<string>()
let calls = 0
const callOf = (key: string): PortCall => ({
  id: key,
  status: 'completed',
  hasEnded: true,
  outcome: 'completed',
  key,
  createdAt: new Date(),
  seconds: 60,
})
const port: Port = {
  async place(_, { idempotencyKey }) {
    calls++
    keys.add(idempotencyKey)
    return { placed: 'yes', call: callOf(idempotencyKey) }
  },
  get: async (callId) => callOf(callId),
  find: async () => ({ result: 'absent', candidates: [] }),
  async *list() {},
  isCallable: () => true,
}

function* rows(): Generator<{ to_number: string; name: string }> {
  for (let n = 0; n < leads; n++) yield { to_number: talkerNumber(n), name: 'Ana' }
}
const { batch } = await planBatch({
  ledger,
  port,
  leads: { rows: rows() },
  from_number: '+34910000001',
  purpose: 'requested',
  window: 'always',
  holidays: false,
})
await ledger.resume(batch.id)
let rssMb = 0
const watch = setInterval(() => {
  rssMb = Math.max(rssMb, process.memoryUsage.rss() / 2 ** 20)
}, 100)
const begun = performance.now()
const end = await createDialer({ port, ledger, limits: { maxConcurrent: 15 } }).run()
const attemptsPerSecond = Math.round((calls / (performance.now() - begun)) * 1000)
clearInterval(watch)
await ledger.close()
const scale: Scale = { end, calls, twice: calls - keys.size, attemptsPerSecond, rssMb: Math.round(rssMb) }
process.send?.(scale)
