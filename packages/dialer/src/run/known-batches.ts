import type { Runner } from '../ledger/ledger.ts'
import type { Batch } from '../ledger/records.ts'
import type { RunContext } from './context.ts'
import type { Rulebook } from './rulebook.ts'

/** The ledger's batches, as they were last read. */
export interface KnownBatches {
  get(id: number): Batch | undefined
  all(): Iterable<Batch>
  /**
   * Reads the batches and the rules of those that run. Emits `stopped` for each that the ledger has stopped since, and stops
   * those whose rules cannot be evaluated.
   */
  read(): Promise<void>
  /** Stops a running batch, and reports it. Does nothing to any other. */
  stop(id: number | undefined, why: string): Promise<void>
}

export function createKnownBatches(
  { ledger, emit }: Pick<RunContext, 'ledger' | 'emit'>,
  runner: Runner,
  rulebook: Rulebook,
): KnownBatches {
  let batches = new Map<number, Batch>()

  async function stop(id: number | undefined, why: string): Promise<void> {
    const batch = id === undefined ? undefined : batches.get(id)
    if (batch?.state !== 'running') return
    batches.set(batch.id, { ...batch, state: 'stopped', why })
    await runner.stop(batch.id, why)
    emit({ type: 'stopped', batch: batch.id, why })
  }

  return {
    get: (id) => batches.get(id),
    all: () => batches.values(),
    async read() {
      const before = batches
      batches = new Map((await ledger.batches()).map((batch) => [batch.id, batch]))
      for (const { id, state, why = '' } of batches.values()) {
        if (state === 'stopped' && before.get(id)?.state === 'running')
          emit({ type: 'stopped', batch: id, why })
      }
      const running = [...batches.values()].filter(({ state }) => state === 'running')
      for (const { batch, why } of await rulebook.load(running)) await stop(batch, why)
    },
    stop,
  }
}
