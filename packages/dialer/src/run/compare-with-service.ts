/**
 * Compares the service's calls with the ledger before anything is placed.
 *
 * A ledger that was restored from an old copy, or failed over to a replica that lagged, has forgotten attempts, and would call
 * everybody again who was called since. The keys of those calls begin with this ledger's id. A call whose key the ledger does
 * not know is imported, and halts the ledger.
 */
import { within } from '../clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PortCall } from '../port.ts'
import type { RunContext } from './context.ts'
import { clockWentBack } from './look-up-call.ts'

/** Listed before the newest claim too, in milliseconds: clocks differ, and calls may have been under way at that time. */
const marginMs = 900_000
const pageSize = 1000
/** Time allowed for the whole comparison, in milliseconds. */
const compareTimeoutMs = 600_000

export type ServiceComparison =
  | { readonly result: 'matches'; readonly calls: number }
  /** The ledger has forgotten calls, and is halted. */
  | { readonly result: 'behind'; readonly why: string }

interface KeyedCall extends PortCall {
  readonly key: string
}

/** From when on calls can be missing in the ledger; undefined if it has never called anybody. */
async function comparedFrom(ledger: Ledger): Promise<number | undefined> {
  const newest = await ledger.newestAt()
  if (newest !== undefined) return newest
  const batches = await ledger.batches()
  // Without an attempt, the ledger may be a copy from before its first one, but not from before its first batch.
  return batches.length === 0 ? undefined : Math.min(...batches.map(({ createdAt }) => createdAt))
}

/** Lists the service's calls, and collects those of this ledger that the ledger does not know. */
async function listForgotten(
  { ledger, port }: RunContext,
  since: Date,
  signal: AbortSignal,
): Promise<{ calls: number; forgotten: KeyedCall[] }> {
  const prefix = `${ledger.id}.`
  const forgotten: KeyedCall[] = []
  let calls = 0
  let page: KeyedCall[] = []
  const check = async (): Promise<void> => {
    const unknown = new Set(await ledger.unknownKeys(page.map(({ key }) => key)))
    forgotten.push(...page.filter(({ key }) => unknown.has(key)))
    page = []
  }
  for await (const call of port.list({ since, signal })) {
    calls++
    if (!call.key?.startsWith(prefix)) continue
    page.push({ ...call, key: call.key })
    if (page.length >= pageSize) await check()
  }
  await check()
  return { calls, forgotten }
}

function haltReason(forgotten: readonly KeyedCall[]): string {
  // Without a number it is not known whom such a call went to.
  const nameless = forgotten.filter(({ to_number }) => !to_number).length
  const more =
    nameless === 0
      ? ''
      : `; ${nameless} of them name no number, so find out whom they called before you adopt it`
  return `the service has ${forgotten.length} of this ledger's calls that the ledger does not know: it is an old copy, or was restored from one${more}`
}

/** Halts the ledger and imports the calls that it has forgotten. */
async function importForgotten(ledger: Ledger, forgotten: KeyedCall[], why: string): Promise<void> {
  // Halted first: if anything fails after this, nothing is placed before a person has looked.
  await ledger.halt(why)
  // Oldest first: the next comparison starts at the newest attempt, so no call that is still to be imported may be older.
  forgotten.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
  for (const { key, id, to_number = '', createdAt } of forgotten) {
    await ledger.importCall({ idempotencyKey: key, callId: id, number: to_number, at: createdAt.getTime() })
  }
}

/** @throws Error if the listing is not complete: then nothing is known, and nothing may be placed */
export function compareWithService(context: RunContext, until: AbortSignal): Promise<ServiceComparison> {
  return within(context.clock, compareTimeoutMs, until, (signal) => compare(context, signal))
}

async function compare(context: RunContext, signal: AbortSignal): Promise<ServiceComparison> {
  const { ledger, clock } = context
  const from = await comparedFrom(ledger)
  if (from === undefined) return { result: 'matches', calls: 0 }
  const agoMs = (await ledger.now()) - from
  if (agoMs < 0) throw new Error(clockWentBack)
  const since = new Date(clock.now() - agoMs - marginMs)
  const { calls, forgotten } = await listForgotten(context, since, signal)
  if (forgotten.length === 0) return { result: 'matches', calls }
  const why = haltReason(forgotten)
  await importForgotten(ledger, forgotten, why)
  return { result: 'behind', why }
}
