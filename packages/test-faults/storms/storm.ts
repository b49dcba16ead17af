/** What all storms share: people to call, and what must be true afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Diga } from '@digame/client'
import {
  type Attempt,
  createDialer,
  type LeadRecord,
  type Ledger,
  openPostgresLedger,
  openSqliteLedger,
  planBatch,
} from '@digame/dialer'
import { digaPort } from '@digame/dialer/client'
import { type LedgerPlace, times } from './ledger.ts'
import type { Census, Service } from './mock-process.ts'
import type { Strike } from './runner-entry.ts'

/** `pnpm storm` weathers the long ones. */
export const isLong: boolean = process.env['MODE'] === 'long'

export const openLedger = (place: LedgerPlace): Promise<Ledger> =>
  place.store === 'sqlite'
    ? openSqliteLedger(place.path, { times })
    : openPostgresLedger(place.url, { schema: place.schema, times })

/** Plans everybody, each called again in a moment where the retry table says so, and starts the batch. */
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

/** Figures of a long storm, for whoever weathers it. */
export function tell(line: string): void {
  if (isLong) process.stdout.write(`${line}\n`)
}

/** How a worker is going to die: at any moment, right before a request leaves, or before its answer is written down. */
export function drawStrike(random: () => number): Strike | undefined {
  const kind = random()
  const at = 1 + Math.floor(random() * 3)
  if (kind < 0.4) return undefined
  return { signal: 'SIGKILL', at, when: kind < 0.7 ? 'before' : 'after' }
}

export interface Folder extends AsyncDisposable {
  readonly path: string
}

export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'digame-storm-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export async function leadsOf(ledger: Ledger, batch: number): Promise<LeadRecord[]> {
  const leads: LeadRecord[] = []
  for await (const lead of ledger.leads(batch)) leads.push(lead)
  return leads
}

/** What a storm may never leave behind; each list is empty, or names what is wrong. */
export interface Verdict {
  readonly calledTwiceByOneKey: readonly string[]
  readonly leadsInNoFinalState: readonly string[]
  readonly callsNotInLedger: readonly string[]
  /** Held as absent, and yet the service has the call; or without a call, and yet neither held nor refused. */
  readonly wronglyHeld: readonly string[]
  /** Called again although the table does not say so. */
  readonly calledTooOften: readonly string[]
  readonly held: { readonly absent: number; readonly lookup_failed: number }
  readonly attempts: number
}

const final = new Set(['done', 'exhausted', 'expired', 'cancelled', 'held'])
const again = new Set(['no_answer', 'voicemail', 'failed'])

/** Compares everything that the service knows with everything that the ledger knows. */
export function judge(ledger: Ledger, census: Census, leads: readonly LeadRecord[]): Verdict {
  const attempts: Attempt[] = leads.flatMap((lead) => lead.attempts)
  const byKey = new Map<string, number>()
  for (const { key = 'no key' } of census.calls) byKey.set(key, (byKey.get(key) ?? 0) + 1)
  const known = new Map(attempts.map((attempt) => [attempt.callId, attempt]))
  const isAbsent = ({ state, why }: Attempt): boolean => state === 'held' && why === 'absent'
  return {
    calledTwiceByOneKey: [...byKey].filter(([, count]) => count > 1).map(([key]) => key),
    leadsInNoFinalState: leads
      .filter(({ state }) => !final.has(state))
      .map(({ line, state }) => `${line} ${state}`),
    callsNotInLedger: census.calls
      .filter(({ id, key }) => known.get(id)?.idempotencyKey !== key || !key?.startsWith(`${ledger.id}.`))
      .map(({ id, key }) => `${id} ${key}`),
    wronglyHeld: attempts
      .filter(
        (attempt) => attempt.state !== 'refused' && isAbsent(attempt) === byKey.has(attempt.idempotencyKey),
      )
      .map(({ id, state, why }) => `${id} ${state} ${why}`),
    calledTooOften: leads
      .filter((lead) => {
        const calls = lead.attempts.filter(({ callId }) => callId !== undefined)
        return calls.slice(0, -1).some(({ outcome }) => !again.has(outcome ?? ''))
      })
      .map(({ line }) => String(line)),
    held: {
      absent: attempts.filter(isAbsent).length,
      lookup_failed: attempts.filter(({ state, why }) => state === 'held' && why === 'lookup_failed').length,
    },
    attempts: attempts.length,
  }
}

/** A dialer in this process, to reconcile with. */
export function dialerOf(ledger: Ledger, service: Service): ReturnType<typeof createDialer> {
  const { requestMs, settleMs } = times
  const diga = new Diga({ apiKey: 'storm', baseUrl: service.url, timeoutMs: requestMs, settleMs })
  const { activeCalls: _, ...port } = digaPort(diga)
  return createDialer({ port, ledger, limits: { maxConcurrent: 20, pollMs: 30 } })
}
