/** What a person does with a batch as a whole: resume, pause, cancel, look. */
import { DialerInputError } from '../../../errors.ts'
import type { Ledger } from '../../ledger.ts'
import type { BatchState } from '../../records.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import { choice } from '../store/rows.ts'
import { noBatches } from '../store/words.ts'
import { readHolders, readStatus } from './batch-status.ts'
import { cancelLeads } from './cancel-leads.ts'
import { readBatches, selectBatch } from './read-batch.ts'

/** From which states a batch can be taken to another by a person. From any other state nothing changes. */
const sources = {
  running: ['paused', 'stopped'],
  paused: ['running', 'stopped'],
  cancelled: ['paused', 'running', 'stopped'],
} as const satisfies { readonly [state in BatchState]?: readonly BatchState[] }

/** @throws DialerInputError `BATCH_UNKNOWN`; `BATCH_CANCELLED` the batch is cancelled and `state` is something else */
async function changeState(
  context: Context,
  id: number,
  state: keyof typeof sources,
  why: string | null = null,
): Promise<void> {
  const { db } = context
  await db.write(async (tx) => {
    assertNotMoved(tx.self)
    const current = choice(await selectBatch(tx, id, db.rowLock('for update')), 'state', noBatches)
    if (current === 'cancelled' && state !== 'cancelled') {
      throw new DialerInputError(
        'BATCH_CANCELLED',
        `Batch ${id} is cancelled, which is final: plan its leads again under another name`,
      )
    }
    if (!sources[state].some((source) => source === current)) return
    await tx.run('update batch set state = $2, why = $3 where id = $1', id, state, why)
    await db.notify(tx)
  })
  context.notifyListeners()
}

export function createBatches(
  context: Context,
): Pick<Ledger, 'resume' | 'pause' | 'cancel' | 'batches' | 'status' | 'holders'> {
  const { db } = context
  return {
    resume: (id) => changeState(context, id, 'running'),
    pause: (id, why) => changeState(context, id, 'paused', why),
    async cancel(id) {
      await changeState(context, id, 'cancelled')
      await cancelLeads(context)
    },
    batches: () => db.read(readBatches),
    status: (id) => db.read((tx) => readStatus(context, tx, id)),
    holders: () => db.read(readHolders),
  }
}
