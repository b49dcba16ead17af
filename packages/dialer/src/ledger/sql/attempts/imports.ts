/** How a ledger notices that it is behind reality, and takes in the calls that it does not know. */
import { DialerInputError } from '../../../errors.ts'
import type { Ledger } from '../../ledger.ts'
import { assertNotMoved, type Context } from '../store/context.ts'
import { exists, inList, jsonList, type Tx } from '../store/db.ts'
import { isOpen } from '../store/predicates.ts'
import { number, text } from '../store/rows.ts'
import { encryptPerson } from '../store/sealed.ts'

type ImportedCall = Parameters<Ledger['importCall']>[0]

/** The attempt id in an idempotency key, if the key is one of this ledger's. */
const attemptIn = (key: string, ledger: string): string | undefined =>
  key.startsWith(`${ledger}.`) ? key.slice(ledger.length + 1) : undefined

/** When the newest attempt was claimed. */
export async function newestClaim(tx: Tx): Promise<number | undefined> {
  const [newest] = await tx.all('select sending_at from attempt order by seq desc limit 1')
  return newest && number(newest, 'sending_at')
}

async function findUnknownKeys(context: Context, tx: Tx, keys: readonly string[]): Promise<string[]> {
  const own = keys.flatMap((key) => {
    const attempt = attemptIn(key, tx.self.id)
    return attempt === undefined ? [] : [{ key, attempt }]
  })
  const rows = await tx.all(
    `select id from attempt where id ${inList(context.db, 1, 'text')}`,
    jsonList(own.map(({ attempt }) => attempt)),
  )
  const known = new Set(rows.map((row) => text(row, 'id')))
  return own.filter(({ attempt }) => !known.has(attempt)).map(({ key }) => key)
}

interface LeadToCharge {
  readonly id: number
  readonly batch: number
  /** The number of its newest attempt. */
  readonly no: number
}

/** The ready lead with this number. It was called already, as far as anybody can know. */
async function findLeadToCharge({ db }: Context, tx: Tx, person: string): Promise<LeadToCharge | undefined> {
  const [lead] = await tx.all(
    `select l.id, l.batch, (select coalesce(max(no), 0) from attempt where lead = l.id) as no
     from batch b join lead l on l.batch = b.id and l.person = $1
     where b.state <> 'planning' and l.state = 'ready'
     order by case b.state when 'running' then 0 else 1 end, l.id limit 1 ${db.rowLock('for update of l')}`,
    person,
  )
  return lead && { id: number(lead, 'id'), batch: number(lead, 'batch'), no: number(lead, 'no') }
}

/** An imported attempt is placed; beside an open attempt to the same number it is ended, because only one may be open. */
async function importCall(
  context: Context,
  tx: Tx,
  { idempotencyKey, callId, number, at }: ImportedCall,
): Promise<void> {
  assertNotMoved(tx.self)
  const { seal } = context
  const id = attemptIn(idempotencyKey, tx.self.id)
  if (!id) {
    throw new DialerInputError('FOREIGN_KEY', `Call ${callId} does not carry a key of this ledger`)
  }
  if (await exists(tx, 'select 1 as one from attempt where id = $1 or call_id = $2', id, callId)) return
  const person = seal.fingerprint(number)
  const isBusy = await exists(
    tx,
    `select 1 as one from attempt where person = $1 and ${isOpen('attempt')}`,
    person,
  )
  const lead = isBusy ? undefined : await findLeadToCharge(context, tx, person)
  await tx.run(
    `insert into attempt(id, lead, batch, no, person, data, state, sending_at, placed_at, call_id, ended_at, outcome, why)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, 'imported')`,
    id,
    lead?.id ?? null,
    lead?.batch ?? null,
    (lead?.no ?? 0) + 1,
    person,
    encryptPerson(seal, { number }),
    isBusy ? 'ended' : 'placed',
    at,
    callId,
    isBusy ? at : null,
    isBusy ? 'other' : null,
  )
  if (lead) {
    await tx.run(
      `update lead set state = 'busy', tries = tries + 1, changed_at = $2 where id = $1`,
      lead.id,
      tx.now,
    )
    await tx.run('update batch set spent_calls = spent_calls + 1 where id = $1', lead.batch)
  }
  await tx.run(
    'insert into alarm(at, kind, attempt, call_id) values ($1, $2, $3, $4)',
    tx.now,
    'unknown_call',
    id,
    callId,
  )
}

export function createImports(context: Context): Pick<Ledger, 'newestAt' | 'unknownKeys' | 'importCall'> {
  const { db } = context
  return {
    newestAt: () => db.read(newestClaim),
    unknownKeys: (keys) => db.read((tx) => findUnknownKeys(context, tx, keys)),
    importCall: (call) => db.write((tx) => importCall(context, tx, call), { lock: true }),
  }
}
