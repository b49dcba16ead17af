import type { Runner } from '../ledger/ledger.ts'
import type { Batch } from '../ledger/records.ts'
import { adviseOnStop } from '../ledger/stop-advice.ts'
import type { RunContext } from './context.ts'
import type { Rulebook } from './rulebook.ts'

/** The ledger's batches, as they were last read. */
export interface KnownBatches {
  get(id: number): Batch | undefined
  all(): Iterable<Batch>
  /** Whether the batch is stopped, or is about to be. */
  isStopped(id: number): boolean
  /** Whether the batch has run since the run began. */
  hasRun(id: number): boolean
  /**
   * Reads the batches and the rules of those that run. Emits `stopped` for each that the ledger has stopped since, and stops
   * those whose rules cannot be evaluated.
   */
  read(): Promise<void>
  /** Stops a running batch, and reports it. Does nothing to any other. */
  stop(id: number | undefined, why: string): Promise<void>
  /** Reports that this runner has stopped a running batch. */
  reportStopped(id: number, why: string): void
}

export interface KnownBatchesOptions {
  readonly runner: Runner
  readonly rulebook: Rulebook
  /** The batches that have run since the run began. */
  readonly haveRun: Set<number>
}

export function createKnownBatches(
  { ledger, emit }: Pick<RunContext, 'ledger' | 'emit'>,
  { runner, rulebook, haveRun }: KnownBatchesOptions,
): KnownBatches {
  let batches = new Map<number, Batch>()
  /** Batches whose stop is on its way to the ledger. */
  const stopping = new Set<number>()

  function reportStopped(id: number, why: string): void {
    const batch = batches.get(id)
    if (batch) batches.set(id, { ...batch, state: 'stopped', why })
    haveRun.add(id)
    emit({ type: 'stopped', batch: id, why, advice: adviseOnStop(why) })
  }

  async function stop(id: number | undefined, why: string): Promise<void> {
    if (id === undefined) return
    stopping.add(id)
    try {
      // Asked even if the batch was stopped when it was last read: it may have been resumed since.
      if (await runner.stop(id, why)) reportStopped(id, why)
    } finally {
      stopping.delete(id)
    }
  }

  return {
    get: (id) => batches.get(id),
    all: () => batches.values(),
    isStopped: (id) => stopping.has(id) || batches.get(id)?.state === 'stopped',
    hasRun: (id) => haveRun.has(id),
    async read() {
      const before = batches
      batches = new Map((await ledger.batches()).map((batch) => [batch.id, batch]))
      for (const { id, state, why = '' } of batches.values()) {
        if (state === 'stopped' && before.get(id)?.state === 'running') reportStopped(id, why)
      }
      const running = [...batches.values()].filter(({ state }) => state === 'running')
      for (const { id } of running) haveRun.add(id)
      for (const { batch, why } of await rulebook.load(running)) await stop(batch, why)
    },
    stop,
    reportStopped,
  }
}
