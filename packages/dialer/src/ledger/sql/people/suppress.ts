import type { Ledger } from '../../ledger.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import { exists } from '../store/db.ts'

const numbersPerTransaction = 5_000

/** Returns how many numbers were new. */
async function suppress({ db, seal }: Context, numbers: readonly string[], source: string): Promise<number> {
  let added = 0
  for (let from = 0; from < numbers.length; from += numbersPerTransaction) {
    const people = numbers
      .slice(from, from + numbersPerTransaction)
      .map((number) => ({ person: seal.fingerprint(number) }))
    added += await db.write(async (tx) => {
      assertNotMoved(tx.self)
      return await tx.run(
        `insert into suppressed(person, source, at) select person, $2, cast($3 as bigint)
         from ${db.jsonTable(1, { person: 'text' })} where true on conflict do nothing`,
        JSON.stringify(people),
        source,
        tx.now,
      )
    })
  }
  return added
}

export function createSuppression(context: Context): Pick<Ledger, 'suppress' | 'suppressed'> {
  const { db, seal } = context
  return {
    suppress: (numbers, source) => suppress(context, numbers, source),
    suppressed: (number) =>
      db.read((tx) =>
        exists(tx, 'select 1 as one from suppressed where person = $1', seal.fingerprint(number)),
      ),
  }
}
