import type { Context } from '../store/context.ts'

const leadsPerTransaction = 5_000

/** Cancels the ready leads of all cancelled batches. Each run begins with it, to finish a cancel that was cut short. */
export async function cancelLeads({ db }: Context): Promise<void> {
  for (;;) {
    const cancelled = await db.write((tx) =>
      tx.run(
        `update lead set state = 'cancelled', why = 'batch', changed_at = $1 where id in (
         select l.id from lead l join batch b on b.id = l.batch where b.state = 'cancelled' and l.state = 'ready'
         limit ${leadsPerTransaction}) and state = 'ready'`,
        tx.now,
      ),
    )
    if (cancelled === 0) return
  }
}
