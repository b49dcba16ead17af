import { DialerInputError } from '../../../errors.ts'
import type { PlanWriter } from '../../ledger.ts'
import type { RowVerdict, SkippedRow } from '../../records.ts'
import { batchOf } from '../batches/batches.ts'
import { assertHere, type Context } from '../store/context.ts'
import { inRows, listed, type Tx } from '../store/db.ts'
import { closed } from '../store/rows.ts'

/** A plan that nobody writes for so long was abandoned. */
const abandonedMs = 3_600_000
const sweptAtOnce = 5_000

/** Drops a plan that was not committed, in transactions short enough for others to get in between. */
async function drop({ db }: Context, batch: number): Promise<void> {
  const some = (table: string): Promise<number> =>
    db.write((tx) =>
      tx.run(
        `delete from ${table} where id in (select t.id from ${table} t join batch b on b.id = t.batch
         where b.id = $1 and b.state = 'planning' limit ${sweptAtOnce})`,
        batch,
      ),
    )
  while ((await some('lead')) > 0);
  while ((await some('skipped')) > 0);
  await db.write((tx) => tx.run(`delete from batch where id = $1 and state = 'planning'`, batch))
}

/** Plans whose writer died. */
async function sweep(context: Context): Promise<void> {
  const dead = await context.db.read((tx) =>
    tx.all(`select id from batch where state = 'planning' and created_at < $1`, tx.now - abandonedMs),
  )
  for (const { id } of dead) await drop(context, Number(id))
}

export async function beginPlan(context: Context, suppression: boolean): Promise<PlanWriter> {
  const { db, seal } = context
  await sweep(context)
  const id = await db.write(async (tx) => {
    assertHere(tx.self)
    const [row] = await tx.all(
      `insert into batch(state, suppression, created_at, first_lead)
       select 'planning', cast($1 as bigint), cast($2 as bigint), coalesce(max(id), 0) from lead returning id`,
      suppression ? 1 : 0,
      tx.now,
    )
    return Number(row?.['id'])
  })

  /** Until the commit `created_at` is the writer's beat. */
  const alive = async (tx: Tx): Promise<void> => {
    assertHere(tx.self)
    const found = await tx.run(
      `update batch set created_at = $2 where id = $1 and state = 'planning'`,
      id,
      tx.now,
    )
    if (found === 0)
      throw new DialerInputError(
        'PLAN_ENDED',
        'This plan was committed, aborted or abandoned: begin it again',
      )
  }
  const skip = async (tx: Tx, rows: readonly SkippedRow[]): Promise<void> => {
    if (rows.length === 0) return
    await tx.run(
      `insert into skipped(batch, line, verdict, reason, data)
       select cast($2 as bigint), line, verdict, reason, data
       from ${db.rows(1, { line: 'bigint', verdict: 'text', reason: 'text', data: 'text' })} order by line`,
      JSON.stringify(
        rows.map(({ line, verdict, reason, key, value }) => ({
          line,
          verdict,
          reason,
          data: seal.close(JSON.stringify({ key, value })),
        })),
      ),
      id,
    )
  }

  return {
    async add(rows) {
      const people = rows.map((row) => seal.person(row.number))
      return db.write(async (tx) => {
        await alive(tx)
        const suppressed = new Set(
          suppression
            ? (
                await tx.all(
                  `select person from suppressed where person ${inRows(db, 1, 'text')}`,
                  listed(people),
                )
              ).map((row) => row['person'])
            : [],
        )
        const candidates = rows.flatMap((row, index) => {
          const person = people[index] ?? ''
          if (suppressed.has(person)) return []
          return {
            line: row.line,
            person,
            data: closed(seal, { number: row.number, key: row.key, variables: row.variables }),
            calendar: row.calendar,
            consent_at: row.consentAt,
            expires_at: row.expiresAt,
            due_at: row.notBefore ?? 0,
          }
        })
        const written = await tx.all(
          `insert into lead(batch, line, person, data, calendar, consent_at, expires_at, state, due_at, changed_at)
           select cast($2 as bigint), line, person, data, calendar, consent_at, expires_at, 'ready', due_at, cast($3 as bigint)
           from ${db.rows(1, { line: 'bigint', person: 'text', data: 'text', calendar: 'text', consent_at: 'bigint', expires_at: 'bigint', due_at: 'bigint' })}
           where true order by line on conflict (batch, person) do nothing returning person, line`,
          JSON.stringify(candidates),
          id,
          tx.now,
        )
        const planned = new Map(written.map((row) => [row['person'], row['line']]))
        const verdicts = rows.map((row, index): RowVerdict => {
          const person = people[index] ?? ''
          if (suppressed.has(person)) return 'suppressed'
          return planned.get(person) === row.line ? 'planned' : 'duplicate'
        })
        await skip(
          tx,
          rows.flatMap((row, index) => {
            const verdict = verdicts[index]
            if (!verdict || verdict === 'planned') return []
            return { line: row.line, verdict, key: row.key, value: row.number }
          }),
        )
        return verdicts
      })
    },
    reject: (rows) =>
      db.write(async (tx) => {
        await alive(tx)
        await skip(
          tx,
          rows.map((row) => ({ ...row, verdict: 'rejected' as const })),
        )
      }),
    async commit(batch) {
      const hash = seal.person(batch.hash)
      const result = await db.write(
        async (tx) => {
          await alive(tx)
          const [existing] = await tx.all('select id from batch where hash = $1', hash)
          if (existing) return { batch: await batchOf(tx, Number(existing['id'])), existing: true }
          const [{ n: planned } = { n: 0 }] = await tx.all(
            'select count(*) as n from lead where batch = $1',
            id,
          )
          const skipped = new Map(
            (
              await tx.all('select verdict, count(*) as n from skipped where batch = $1 group by verdict', id)
            ).map((row) => [row['verdict'], Number(row['n'])]),
          )
          const { limits } = batch
          await tx.run(
            `update batch set state = 'paused', hash = $2, name = $3, from_number = $4, agent = $5, tries = $6,
           calls_per_day = $7, budget_calls = $8, budget_minutes = $9, rules = $10, created_at = $11, planned = $12,
           duplicate = $13, suppressed = $14, rejected = $15 where id = $1`,
            id,
            hash,
            batch.name ?? null,
            batch.from_number,
            batch.agent_version_id ?? null,
            limits.tries,
            limits.callsPerDay,
            limits.budgetCalls ?? null,
            limits.budgetMinutes ?? null,
            JSON.stringify(batch.rules),
            tx.now,
            Number(planned),
            skipped.get('duplicate') ?? 0,
            skipped.get('suppressed') ?? 0,
            skipped.get('rejected') ?? 0,
          )
          await tx.run(
            `insert into calendar(batch, key, rules) select cast($2 as bigint), key, rules
           from ${db.rows(1, { key: 'text', rules: 'text' })}`,
            JSON.stringify(
              Object.entries(batch.calendars).map(([key, rules]) => ({ key, rules: JSON.stringify(rules) })),
            ),
            id,
          )
          // A lead of a calendar that the batch does not have would wait for ever.
          const [stray] = await tx.all(
            `select line from lead where batch = $1 and calendar not in (select key from calendar where batch = $1) limit 1`,
            id,
          )
          if (stray) {
            throw new DialerInputError(
              'CALENDAR_UNKNOWN',
              `Line ${stray['line']} names a calendar that the batch does not have`,
            )
          }
          await db.notify(tx)
          return { batch: await batchOf(tx, id), existing: false }
        },
        { lock: true },
      )
      if (result.existing) await drop(context, id)
      context.changed()
      return result
    },
    abort: () => drop(context, id),
  }
}
