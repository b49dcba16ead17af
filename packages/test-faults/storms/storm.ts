/** What all storms share: their length, their batch, and the dialer that reconciles afterwards. */
import { Diga } from '@digame/client'
import { createDialer, type LeadRecord, type Ledger, planBatch } from '@digame/dialer'
import { digaPort } from '@digame/dialer/client'
import { type LedgerLocation, openLedgerAt, times } from './ledger.ts'
import type { MockProcess } from './mock-process.ts'
import type { Strike } from './runner-entry.ts'

/** Whether the storms are the long ones of `pnpm storm`. */
export const isLong: boolean = process.env['MODE'] === 'long'

export const openLedger = (location: LedgerLocation): Promise<Ledger> => openLedgerAt(location, times)

/** Plans a batch of these numbers, with retries that are due within moments, and starts it. */
export async function plan(ledger: Ledger, numbers: readonly string[]): Promise<number> {
  const { batch } = await planBatch({
    ledger,
    port: { isCallable: () => true },
    leads: { rows: numbers.map((to_number) => ({ to_number, name: 'Ana' })) },
    from_number: '+34910000001',
    purpose: 'requested',
    window: 'always',
    holidays: false,
    retries: {
      no_answer: [50, 100],
      not_reached: [50, 100],
      voicemail: [50],
      failed: [50],
      completed: [],
      transferred: [],
      other: [],
    },
  })
  await ledger.resume(batch.id)
  return batch.id
}

/** The simultaneous calls that the runners of a storm may make. */
export const slots = 5

/** Prints a figure of a long storm. */
export function printFigure(line: string): void {
  if (isLong) process.stdout.write(`${line}\n`)
}

/** Draws how a runner dies: at a random moment, right before it sends a request, or before it records the response. */
export function drawStrike(random: () => number): Strike | undefined {
  const kind = random()
  const at = 1 + Math.floor(random() * 3)
  if (kind < 0.4) return undefined
  return { signal: 'SIGKILL', at, when: kind < 0.7 ? 'before' : 'after' }
}

/** Every lead of a batch, with its attempts. */
export async function leadsOf(ledger: Ledger, batch: number): Promise<LeadRecord[]> {
  const leads: LeadRecord[] = []
  for await (const lead of ledger.leads(batch)) leads.push(lead)
  return leads
}

/** A dialer in this process, to reconcile and to call everybody who is left. */
export function createReconciler(ledger: Ledger, service: MockProcess): ReturnType<typeof createDialer> {
  const { requestMs, settleMs } = times
  const diga = new Diga({ apiKey: 'storm', baseUrl: service.url, timeoutMs: requestMs, settleMs })
  const { activeCalls: _, ...port } = digaPort(diga)
  return createDialer({ port, ledger, limits: { maxConcurrent: 20, pollMs: 30, backoffMs: 50 } })
}
