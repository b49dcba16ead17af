import { DialerLedgerError } from '../../../errors.ts'
import type { Seal } from '../../seal.ts'
import type { Value } from './db.ts'
import { type Dialect, migrations } from './migrations.ts'

/** A transaction before there is a ledger in the store. */
export interface Bare {
  all(sql: string, ...values: Value[]): Promise<readonly Readonly<Record<string, Value>>[]>
  run(sql: string, ...values: Value[]): Promise<unknown>
}

/** Applies what is missing. Inside a transaction and a lock. */
export async function migrate(
  tx: Bare,
  dialect: Dialect,
  all: typeof migrations = migrations,
): Promise<void> {
  await tx.run(`create table if not exists migration(no ${dialect.int} primary key)${dialect.end}`)
  const [row] = await tx.all('select coalesce(max(no), 0) as no from migration')
  const done = Number(row?.['no'])
  if (done > all.length) {
    throw new DialerLedgerError(
      'NEWER',
      `The ledger was written by a newer version (schema ${done}, this one knows ${all.length}): update @digame/dialer`,
    )
  }
  for (const [index, migration] of all.entries()) {
    if (index < done) continue
    for (const sql of migration(dialect)) await tx.run(sql)
    await tx.run('insert into migration(no) values ($1)', index + 1)
  }
}

/** Writes a new ledger's own row, or checks that an existing one is opened with its key. */
export async function identify(tx: Bare, id: string, place: string, seal: Seal): Promise<void> {
  const [self] = await tx.all('select seal from ledger')
  if (!self) {
    await tx.run(
      'insert into ledger(one, id, place, fence, seal) values (1, $1, $2, 0, $3)',
      id,
      place,
      seal.check,
    )
  } else if (self['seal'] !== seal.check) {
    const which =
      self['seal'] === null
        ? 'is not sealed: open it without sealNumbers'
        : 'is sealed: open it with the key that it was made with (sealNumbers)'
    throw new DialerLedgerError('SEAL_KEY', `The ledger ${which}`)
  }
}
