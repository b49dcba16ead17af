import { describe, expect, test } from 'vitest'
import { dueSql, slotsSql } from '../../src/ledger/sql/run/due.ts'
import { pickSql } from '../../src/ledger/sql/run/pick-leads.ts'
import { undecidedSql } from '../../src/ledger/sql/run/undecided.ts'
import { plan, rowOf } from './support/batches.ts'
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
})
