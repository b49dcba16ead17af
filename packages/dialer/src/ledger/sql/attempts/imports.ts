import { DialerInputError } from '../../../errors.ts'
import type { Ledger } from '../../ledger.ts'
import { assertHere, type Context, open } from '../store/context.ts'
import { inRows, listed } from '../store/db.ts'
import { closed } from '../store/rows.ts'

/** The attempt that a key names, if the key bears this ledger's mark. */
const attemptIn = (key: string, ledger: string): string | undefined =>
  key.startsWith(`${ledger}.`) ? key.slice(ledger.length + 1) : undefined

/** How a ledger finds out that it is behind reality, and takes in what it does not know. */
export function createImports(context: Context): Pick<Ledger, 'newestAt' | 'unknownKeys' | 'importCall'> {
  const { db, seal } = context
  return {
    newestAt: () =>
      db.read(async (tx) => {
        const [newest] = await tx.all('select sending_at from attempt order by seq desc limit 1')
        return newest && Number(newest['sending_at'])
      }),

    unknownKeys: (keys) =>
      db.read(async (tx) => {
        const mine = keys.filter((key) => attemptIn(key, tx.self.id) !== undefined)
        const rows = await tx.all(
          `select id from attempt where id ${inRows(db, 1, 'text')}`,
          listed(mine.map((key) => attemptIn(key, tx.self.id) ?? '')),
        )
        const known = new Set(rows.map((row) => row['id']))
        return mine.filter((key) => !known.has(attemptIn(key, tx.self.id) ?? ''))
      }),

    importCall: ({ idempotencyKey, callId, number, at }) =>
      db.write(
        async (tx) => {
          assertHere(tx.self)
          const id = attemptIn(idempotencyKey, tx.self.id)
          if (!id) {
            throw new DialerInputError('FOREIGN_KEY', `Call ${callId} does not bear the mark of this ledger`)
          }
          const known = await tx.all('select 1 as one from attempt where id = $1 or call_id = $2', id, callId)
          if (known.length > 0) return
          const person = seal.person(number)
          const [other] = await tx.all(`select 1 as one from attempt where person = $1 and ${open}`, person)
          // Whoever waits for a call to this number was called already, as far as anybody can know.
          const [lead] = other
            ? []
            : await tx.all(
                `select l.id, l.batch, (select coalesce(max(no), 0) from attempt where lead = l.id) as no
                 from batch b join lead l on l.batch = b.id and l.person = $1
                 where b.state <> 'planning' and l.state = 'ready'
                 order by case b.state when 'running' then 0 else 1 end, l.id limit 1 ${db.forUpdate && 'for update of l'}`,
                person,
              )
          await tx.run(
            `insert into attempt(id, lead, batch, no, person, data, state, sending_at, placed_at, call_id, ended_at, outcome, why)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, 'imported')`,
            id,
            lead?.['id'] ?? null,
            lead?.['batch'] ?? null,
            Number(lead?.['no'] ?? 0) + 1,
            person,
            closed(seal, { number }),
            other ? 'ended' : 'placed',
            at,
            callId,
            other ? at : null,
            other ? 'other' : null,
          )
          if (lead) {
            await tx.run(
              `update lead set state = 'busy', tries = tries + 1, changed_at = $2 where id = $1`,
              lead['id'] ?? null,
              tx.now,
            )
            await tx.run(
              'update batch set spent_calls = spent_calls + 1 where id = $1',
              lead['batch'] ?? null,
            )
          }
          await tx.run(
            'insert into alarm(at, kind, attempt, call_id) values ($1, $2, $3, $4)',
            tx.now,
            'unknown_call',
            id,
            callId,
          )
        },
        { lock: true },
      ),
  }
}
