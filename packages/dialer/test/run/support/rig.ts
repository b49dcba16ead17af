import { join } from 'node:path'
import {
  createDialer,
  type Dialer,
  type DialerEvent,
  type DialerOptions,
  defaultRetries,
  type LeadRecord,
  type Ledger,
  type LedgerTimes,
  openSqliteLedger,
  type RetryTable,
} from '@digame/dialer'
import { createTestClock, type TestClock } from '@digame/test-support'
import { onTestFinished } from 'vitest'
import type { BatchLimits } from '../../../src/ledger/records.ts'
import type { BatchRules } from '../../../src/rules/batch-rules.ts'
import { createCalendarBook } from '../../../src/rules/calendar.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { createPort, type FakePort } from './port.ts'

interface PlanOptions {
  readonly numbers?: readonly string[]
  readonly count?: number
  readonly limits?: Partial<BatchLimits>
  readonly rules?: Partial<BatchRules>
  readonly retries?: Partial<RetryTable>
  readonly name?: string
  readonly expiresAt?: number
  readonly from?: string
  /** Whether to leave the batch paused. */
  readonly isPaused?: boolean
}

export interface Rig {
  readonly clock: TestClock
  readonly port: FakePort
  readonly ledger: Ledger
  readonly path: string
  /** A dialer on this rig's ledger, whose events are collected in `events`. */
  dialer(options?: Partial<DialerOptions>): Dialer
  readonly events: DialerEvent[]
  /** Plans a batch and resumes it. */
  plan(options?: PlanOptions): Promise<number>
  leads(batch: number): Promise<LeadRecord[]>
  states(batch: number): Promise<Record<string, number>>
}

export const numberOf = (n: number): string => `+346${String(10_000_000 + n)}`

/** Writes a batch into a ledger, as `planBatch` would. */
async function plan(ledger: Ledger, options: PlanOptions = {}): Promise<number> {
  const { numbers, count = 1, limits, isPaused = false, name, expiresAt, from = '+34910000001' } = options
  const rules: BatchRules = {
    purpose: 'requested',
    window: 'always',
    isStrict: false,
    asksHook: false,
    retries: { ...defaultRetries, ...options.retries },
    ...options.rules,
  }
  const book = createCalendarBook(rules)
  const rows = numbers ?? Array.from({ length: count }, (_, index) => numberOf(index))
  const writer = await ledger.beginPlan({ suppression: rules.purpose !== 'requested' })
  await writer.add(
    rows.map((number, index) => ({
      line: index + 1,
      number,
      key: `row ${index + 1}`,
      calendar: book.keyOf(number),
      variables: { name: `n${index}` },
      expiresAt,
    })),
  )
  const { batch } = await writer.commit({
    hash: crypto.randomUUID(),
    name,
    from_number: from,
    limits: { tries: 3, callsPerDay: 3, ...limits },
    rules,
    calendars: book.calendars,
  })
  if (!isPaused) await ledger.resume(batch.id)
  return batch.id
}

/** A fake service, a test clock and a ledger in a file of its own. */
export async function createRig(times: Partial<LedgerTimes> = {}): Promise<Rig> {
  const clock = createTestClock({ wholeMs: true })
  const port = createPort(clock)
  const path = join(temporaryFolder(), 'ledger.db')
  const ledger = await openSqliteLedger(path, { now: clock.now, times })
  const events: DialerEvent[] = []
  onTestFinished(() => ledger.close())
  return {
    clock,
    port,
    ledger,
    path,
    events,
    dialer(options = {}) {
      const dialer = createDialer({ port, ledger, clock, random: () => 0.5, ...options })
      const listen = async (): Promise<void> => {
        for await (const event of dialer.events) events.push(event)
      }
      listen()
      return dialer
    },
    plan: (options) => plan(ledger, options),
    async leads(batch) {
      const all: LeadRecord[] = []
      for await (const lead of ledger.leads(batch)) all.push(lead)
      return all
    },
    async states(batch) {
      const { leads } = await ledger.status(batch)
      return Object.fromEntries(Object.entries(leads).filter(([, count]) => count > 0))
    },
  }
}
