import { DialerInputError } from '../../../errors.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import { inList, jsonList, type Tx } from '../store/db.ts'
import { number } from '../store/rows.ts'

const leadsPerTransaction = 1_000
/** The calls of the last two days still count towards the daily cap of their number, whatever its time zone. */
const youngestPurgeMs = 2 * 24 * 3_600_000

function assertOldEnough(tx: Tx, before: number): void {
  if (before > tx.now - youngestPurgeMs) {
    throw new DialerInputError(
      'TOO_YOUNG',
      'purge: the last two days are needed for the caps of each number; choose an earlier date',
    )
  }
}

/** Removes the personal data of some finished leads and of their attempts. Without `lastId` none were left. */
async function purgeLeads(
  { db }: Context,
  tx: Tx,
  before: number,
  afterId: number,
): Promise<{ purged: number; lastId: number | undefined }> {
  const leads = await tx.all(
    `select id from lead where id > $2 and data is not null and changed_at < $1
     and state in ('done','expired','cancelled','exhausted') order by id limit ${leadsPerTransaction}`,
    before,
    afterId,
  )
  const ids = leads.map((row) => number(row, 'id'))
  await tx.run(
    `update attempt set person = 'purged ' || lead, data = null, evidence = null where lead ${inList(db, 1, 'bigint')}`,
    jsonList(ids),
  )
  // The id keeps (batch, person) unique, and no fingerprint looks like this.
  const purged = await tx.run(
    `update lead set person = 'purged ' || id, data = null where id ${inList(db, 1, 'bigint')}`,
    jsonList(ids),
  )
  return { purged, lastId: ids.at(-1) }
}

/** Removes what is kept of imported calls that belong to no lead, and of rows that were not planned. */
async function purgeOthers(tx: Tx, before: number): Promise<void> {
  await tx.run(
    `update attempt set person = 'purged call ' || seq, data = null, evidence = null
     where lead is null and state = 'ended' and ended_at < $1 and data is not null`,
    before,
  )
  await tx.run(
    `update skipped set data = null where batch in (
     select id from batch where created_at < $1 and state <> 'planning') and data is not null`,
    before,
  )
}

/**
 * Removes the personal data of leads that ended before a time; counts stay.
 *
 * @throws DialerInputError `TOO_YOUNG`
 */
export async function purge(context: Context, before: number): Promise<number> {
  const { db } = context
  let total = 0
  for (let afterId: number | undefined = 0; afterId !== undefined; ) {
    const from: number = afterId
    const { purged, lastId } = await db.write(async (tx) => {
      assertNotMoved(tx.self)
      assertOldEnough(tx, before)
      return await purgeLeads(context, tx, before, from)
    })
    total += purged
    afterId = lastId
  }
  await db.write((tx) => purgeOthers(tx, before))
  await db.scrub()
  return total
}
