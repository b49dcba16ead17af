/**
 * Compares the service's calls with the ledger before anything is placed.
 *
 * A ledger restored from an old copy, or failed over to a replica that lagged, has forgotten attempts: everybody called since
 * then would be called again. Such calls bear this ledger's mark in their key. One that the ledger does not know is taken in,
 * and halts the ledger.
 */
import { within } from '../clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PortCall } from '../port.ts'
import type { Work } from './context.ts'
import { clockWentBack } from './look-up-call.ts'

/** Clocks, and calls that were under way when the newest attempt was claimed. */
const marginMs = 900_000
const pageSize = 1000
const longestMs = 600_000

export type GuardResult =
  | { readonly result: 'sound'; readonly calls: number }
  /** The ledger is halted. */
  | { readonly result: 'behind'; readonly why: string }

interface Marked extends PortCall {
  readonly key: string
}

async function sinceWhen(ledger: Ledger): Promise<number | undefined> {
  const newest = await ledger.newestAt()
  if (newest !== undefined) return newest
  const batches = await ledger.batches()
  // Without an attempt the ledger may still be a copy from before the first one, but not from before its first batch.
  return batches.length === 0 ? undefined : Math.min(...batches.map(({ createdAt }) => createdAt))
}

/** @throws Error where the listing is not complete: then nothing is known, and nothing may be placed */
export function guard(work: Work, until: AbortSignal): Promise<GuardResult> {
  return within(work.clock, longestMs, until, (signal) => compare(work, signal))
}

async function compare({ ledger, port, clock }: Work, signal: AbortSignal): Promise<GuardResult> {
  const since = await sinceWhen(ledger)
  if (since === undefined) return { result: 'sound', calls: 0 }
  const ago = (await ledger.now()) - since
  if (ago < 0) throw new Error(clockWentBack)
  const mark = `${ledger.id}.`
  let calls = 0
  let marked: Marked[] = []
  const unknown: Marked[] = []
  const lookAt = async (): Promise<void> => {
    const keys = new Set(await ledger.unknownKeys(marked.map(({ key }) => key)))
    unknown.push(...marked.filter(({ key }) => keys.has(key)))
    marked = []
  }
  for await (const call of port.list({ since: new Date(clock.now() - ago - marginMs), signal })) {
    calls++
    if (!call.key?.startsWith(mark)) continue
    marked.push({ ...call, key: call.key })
    if (marked.length >= pageSize) await lookAt()
  }
  await lookAt()
  if (unknown.length === 0) return { result: 'sound', calls }
  // Of whom such a call was cannot be told where the service does not say to which number.
  const strangers = unknown.filter(({ to_number }) => !to_number).length
  const why = `the service has ${unknown.length} of this ledger's calls that the ledger does not know: it is an old copy, or was restored from one${strangers > 0 ? `; ${strangers} of them name no number, so find out whom they called before you adopt it` : ''}`
  // First: whatever fails from here on, nothing is placed before a person has looked. Oldest first: the newest attempt is where
  // the next comparison begins, so nothing that is not taken in yet may be older than it.
  await ledger.halt(why)
  unknown.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
  for (const { key, id, to_number = '', createdAt } of unknown) {
    await ledger.importCall({ idempotencyKey: key, callId: id, number: to_number, at: createdAt.getTime() })
  }
  return { result: 'behind', why }
}
