import type { Context } from '../store/context.ts'
import type { Tx } from '../store/db.ts'

/** Returns false if the batch does not run. */
export async function stopBatch({ db }: Context, tx: Tx, batch: number, why: string): Promise<boolean> {
  const stopped = await tx.run(
    `update batch set state = 'stopped', why = $2 where id = $1 and state = 'running'`,
    batch,
    why,
  )
  await db.notify(tx)
  return stopped === 1
}
