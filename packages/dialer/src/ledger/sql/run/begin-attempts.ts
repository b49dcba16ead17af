/** How an attempt begins. */
import { randomUUID } from 'node:crypto'
import type { Claimed } from '../../records.ts'
import { inList, jsonList, type Tx } from '../store/db.ts'
import type { RunningBatch } from './due.ts'
import type { RunnerContext } from './lease.ts'
import type { PickedLead } from './pick-leads.ts'

/**
 * Makes each lead busy with a new attempt in state `sending`. Returns nothing if the batch no longer runs.
 *
 * @param ids gets the attempts' ids before anything is written
 */
export async function beginAttempts(
  { db, id: owner }: RunnerContext,
  tx: Tx,
  batch: RunningBatch,
  leads: readonly PickedLead[],
  ids: Set<string>,
): Promise<Claimed[]> {
  if (leads.length === 0) return []
  // A pause and a claim wait for each other at this row: whichever comes second sees what the first one did.
  const running = await tx.run(
    `update batch set spent_calls = spent_calls + $2 where id = $1 and state = 'running'`,
    batch.id,
    leads.length,
  )
  if (running === 0) return []
  const attempts = leads.map((lead) => ({ id: randomUUID(), lead, no: lead.no + 1 }))
  for (const { id } of attempts) ids.add(id)
  await tx.run(
    `update lead set state = 'busy', tries = tries + 1, changed_at = $2 where id ${inList(db, 1, 'bigint')}`,
    jsonList(leads.map(({ id }) => id)),
    tx.now,
  )
  await tx.run(
    `insert into attempt(id, lead, batch, no, person, state, owner, sending_at)
     select id, lead, cast($2 as bigint), no, person, 'sending', $3, cast($4 as bigint)
     from ${db.jsonTable(1, { id: 'text', lead: 'bigint', no: 'bigint', person: 'text' })}`,
    JSON.stringify(attempts.map(({ id, lead, no }) => ({ id, lead: lead.id, no, person: lead.fingerprint }))),
    batch.id,
    owner,
    tx.now,
  )
  return attempts.map(({ id, lead, no }) => {
    const { number, key, variables = {} } = lead.person()
    return {
      id,
      idempotencyKey: `${tx.self.id}.${id}`,
      batch: batch.id,
      lead: lead.id,
      no,
      number,
      key,
      variables,
      from_number: batch.from_number,
      agent_version_id: batch.agent_version_id,
      claimedAt: tx.now,
    }
  })
}
