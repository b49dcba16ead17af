import { DialerLedgerError } from '../../../errors.ts'
import type { Seal } from '../../seal.ts'
import type { Statements } from '../store/db.ts'
import { number, optionalText } from '../store/rows.ts'
import type { Dialect } from './dialect.ts'
import { migrations } from './migrations.ts'

/**
 * Applies the migrations that the store does not have yet. Call it inside a transaction and a lock.
 *
 * @throws DialerLedgerError `NEWER` the store has more of them
 */
export async function migrate(
  statements: Statements,
  dialect: Dialect,
  all: typeof migrations = migrations,
): Promise<void> {
  await statements.run(
    `create table if not exists migration(no ${dialect.int} primary key)${dialect.tableOptions}`,
  )
  const [row = {}] = await statements.all('select coalesce(max(no), 0) as no from migration')
  const applied = number(row, 'no')
  if (applied > all.length) {
    throw new DialerLedgerError(
      'NEWER',
      `The ledger was written by a newer version (schema ${applied}, this one knows ${all.length}): update @digame/dialer`,
    )
  }
  for (const [index, migration] of all.entries()) {
    if (index < applied) continue
    for (const sql of migration(dialect)) await statements.run(sql)
    await statements.run('insert into migration(no) values ($1)', index + 1)
  }
}

/**
 * Writes the row of a new ledger, or checks that an existing one is opened with its key.
 *
 * @throws DialerLedgerError `SEAL_KEY`
 */
export async function identify(
  statements: Statements,
  id: string,
  location: string,
  seal: Seal,
): Promise<void> {
  const [self] = await statements.all('select seal from ledger')
  if (!self) {
    await statements.run(
      'insert into ledger(one, id, place, fence, seal) values (1, $1, $2, 0, $3)',
      id,
      location,
      seal.check,
    )
    return
  }
  const check = optionalText(self, 'seal')
  if (check === (seal.check ?? undefined)) return
  const advice =
    check === undefined
      ? 'is not sealed: open it without sealNumbers'
      : 'is sealed: open it with the key that it was created with (sealNumbers)'
  throw new DialerLedgerError('SEAL_KEY', `The ledger ${advice}`)
}
