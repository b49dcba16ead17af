import { DialerInputError } from '../../../errors.ts'
import type { Ledger } from '../../ledger.ts'
import type { Alarm, Attempt, LeadRecord, LeadState, SkippedRow } from '../../records.ts'
import { assertHere, type Context, open } from '../store/context.ts'
import { inRows, listed, type Row } from '../store/db.ts'
import { attemptColumns, attemptOf, attemptTables, opened } from '../store/rows.ts'

const page = 1_000
/** Calls of the last days still count against the cap of their number. */
const youngestPurgeMs = 2 * 24 * 3_600_000

export function createReports(
  context: Context,
): Pick<Ledger, 'leads' | 'skipped' | 'held' | 'alarms' | 'purge'> {
  const { db, seal } = context

  const leadOf = (row: Row, attempts: readonly Attempt[]): LeadRecord => {
    const { number, key, variables = {} } = opened(seal, row['data'])
    return {
      id: Number(row['id']),
      line: Number(row['line']),
      key,
      number,
      variables,
      consentAt: (row['consent_at'] as number | null) ?? undefined,
      calendar: String(row['calendar']),
      state: row['state'] as LeadState,
      why: (row['why'] as string | null) ?? undefined,
      dueAt: Number(row['due_at']),
      expiresAt: (row['expires_at'] as number | null) ?? undefined,
      tries: Number(row['tries']),
      purged: row['data'] === null,
      attempts,
    }
  }

  return {
    async *leads(batch) {
      let after = await db.read(async (tx) =>
        Number((await tx.all('select first_lead from batch where id = $1', batch))[0]?.['first_lead'] ?? 0),
      )
      for (;;) {
        const from = after
        const leads = await db.read(async (tx) => {
          const rows = await tx.all(
            `select * from lead where id > $1 and batch = $2 order by id limit ${page}`,
            from,
            batch,
          )
          const attempts = await tx.all(
            `select ${attemptColumns} from ${attemptTables} where a.lead ${inRows(db, 1, 'bigint')} order by a.lead, a.no`,
            listed(rows.map((row) => row['id'] ?? null)),
          )
          const byLead = Map.groupBy(
            attempts.map((row) => attemptOf(row, tx.self.id, seal)),
            ({ lead }) => lead,
          )
          return rows.map((row) => leadOf(row, byLead.get(Number(row['id'])) ?? []))
        })
        yield* leads
        if (leads.length < page) return
        after = leads.at(-1)?.id ?? after
      }
    },

    async *skipped(batch) {
      let after = 0
      for (;;) {
        const from = after
        const rows = await db.read((tx) =>
          tx.all(`select * from skipped where batch = $1 and id > $2 order by id limit ${page}`, batch, from),
        )
        for (const row of rows) {
          const about = row['data'] === null ? {} : JSON.parse(seal.open(String(row['data'])))
          yield {
            line: Number(row['line']),
            verdict: row['verdict'] as SkippedRow['verdict'],
            reason: (row['reason'] as string | null) ?? undefined,
            key: about.key,
            value: about.value,
          }
        }
        if (rows.length < page) return
        after = Number(rows.at(-1)?.['id'])
      }
    },

    held: (batch) =>
      db.read(async (tx) =>
        (
          await tx.all(
            `select ${attemptColumns} from ${attemptTables}
             where a.state = 'held' and a.${open} and a.batch = coalesce($1, a.batch) order by a.seq`,
            batch ?? null,
          )
        ).map((row) => attemptOf(row, tx.self.id, seal)),
      ),

    alarms: () =>
      db.read(async (tx) =>
        (await tx.all('select id, at, kind, attempt, call_id from alarm order by id')).map((row) => ({
          id: Number(row['id']),
          at: Number(row['at']),
          kind: row['kind'] as Alarm['kind'],
          attempt: String(row['attempt']),
          callId: String(row['call_id']),
        })),
      ),

    async purge(before) {
      let removed = 0
      for (let after = 0; ; ) {
        const last = await db.write(async (tx) => {
          assertHere(tx.self)
          if (before > tx.now - youngestPurgeMs) {
            throw new DialerInputError(
              'TOO_YOUNG',
              'purge: the last two days are needed for the caps of each number; take an earlier date',
            )
          }
          const leads = await tx.all(
            `select id from lead where id > $2 and data is not null and changed_at < $1
             and state in ('done','expired','cancelled','exhausted') order by id limit ${page}`,
            before,
            after,
          )
          const ids = listed(leads.map((row) => row['id'] ?? null))
          // The id keeps (batch, person) unique, and nobody's number looks so.
          await tx.run(
            `update attempt set person = 'purged ' || lead, data = null, evidence = null where lead ${inRows(db, 1, 'bigint')}`,
            ids,
          )
          removed += await tx.run(
            `update lead set person = 'purged ' || id, data = null where id ${inRows(db, 1, 'bigint')}`,
            ids,
          )
          return leads.at(-1)?.['id']
        })
        if (last === undefined) break
        after = Number(last)
      }
      await db.write(async (tx) => {
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
      })
      await db.scrub()
      return removed
    },
  }
}
