import { describe, expect, test } from 'vitest'
import { findStore } from '../../src/ledger/sql/create-ledger.ts'
import { recentSql } from '../../src/ledger/sql/plan/find-recent.ts'
import { dueSql, slotsSql } from '../../src/ledger/sql/run/due.ts'
import { pickSql } from '../../src/ledger/sql/run/pick-leads.ts'
import { ruleFailingSql, undecidedSql } from '../../src/ledger/sql/run/undecided.ts'
import { numberOf, plan, rowOf } from './support/batches.ts'
import { type Store, stores } from './support/stores.ts'

const values = ['1', `'always'`, '2', '3', '15']

/** A statement with its values filled in, for `explain`. */
const filled = (sql: string, ...given: string[]): string =>
  sql.replace(/\$(\d)/g, (_, n) => given[Number(n) - 1] ?? 'null')

async function planOf(store: Store, sql: string): Promise<string> {
  const rows = await store.sql(`explain ${store.kind === 'sqlite' ? 'query plan ' : ''}${sql}`)
  return rows.map((row) => row['detail'] ?? row['QUERY PLAN']).join('\n')
}

describe.each(stores)('many leads and attempts on $name', ({ create }) => {
  test('are not scanned by a claim', async () => {
    const store = await create()
    const ledger = await store.open()
    await plan(
      ledger,
      Array.from({ length: 5_000 }, (_, n) => rowOf(n, { calendar: n % 2 ? 'always' : 'closed' })),
      {
        calendars: ['always', 'closed'],
      },
    )
    const insert = `insert into attempt(id, lead, batch, no, person, state, sending_at)
      select 'a' || id, id, batch, 1, person, 'refused', 0 from lead`
    if (store.kind === 'sqlite') await store.sql(insert)
    else {
      await store.sql(insert)
      await store.sql('analyze')
    }
    const used = {
      slots: await planOf(store, filled(slotsSql(1), '0')),
      due: await planOf(store, filled(dueSql, 'null')),
      pick: await planOf(store, filled(pickSql(''), ...values)),
      undecided: await planOf(store, filled(undecidedSql, '10')),
      ruleFailing: await planOf(store, filled(ruleFailingSql, '1', '0')),
    }
    // Both indexes contain open attempts only.
    expect(used.slots).toMatch(/attempt_(one_)?open/)
    expect(used.due).toContain('lead_next')
    expect(used.pick).toContain('lead_next')
    expect(used.pick).toContain('attempt_one_open')
    expect(used.pick).toContain('attempt_person')
    expect(used.undecided).toContain('lead_busy')
    for (const plan of Object.values(used))
      expect(plan).not.toMatch(/(scan|scan on) (lead|attempt|l|a)\b(?! using)/i)
    expect(used.pick).not.toMatch(/temp b-tree|sort/i)
  })

  test('are not scanned by a plan that leaves out recent calls', async () => {
    const store = await create()
    const ledger = await store.open()
    await plan(
      ledger,
      Array.from({ length: 5_000 }, (_, n) => rowOf(n)),
    )
    await store.sql(`insert into attempt(id, lead, batch, no, person, state, sending_at)
      select 'a' || id, id, batch, 1, person, 'ended', id from lead`)
    if (store.kind === 'postgres') {
      // It scans a small table faster than it searches it.
      await store.sql(`insert into lead(batch, line, person, data, calendar, state, due_at, changed_at)
        select batch, line, person || g, data, calendar, state, due_at, changed_at from lead, generate_series(1, 15) g`)
      await store.sql(`insert into attempt(id, lead, batch, no, person, state, sending_at)
        select id || '.' || g, lead, batch, no + g, person || g, state, sending_at from attempt, generate_series(1, 15) g`)
      await store.sql('analyze')
    }
    const db = findStore(ledger)?.context.db
    if (!db) throw new Error('The ledger has no store')
    const people = JSON.stringify(Array.from({ length: 200 }, (_, n) => ({ v: numberOf(n) })))
    const used = await planOf(store, filled(recentSql(db), `'${people}'`, '0'))
    expect(used).toContain('lead_waiting')
    expect(used).toContain('attempt_person')
    expect(used).not.toMatch(/(scan|scan on) (lead|attempt|l|a)\b(?! using)/i)
  })
})
