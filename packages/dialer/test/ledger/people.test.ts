import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSeal } from '../../src/ledger/seal.ts'
import {
  claim,
  claimOne,
  collect,
  day,
  numberOf,
  plan,
  rowOf,
  running,
  undecidedOne,
} from './support/batches.ts'
import { type Store, sqliteStore, stores } from './support/stores.ts'

const key = 'k'.repeat(32)
const secret = '612345678'

/** All bytes of a ledger's files, as text. */
const bytes = (file: string): string =>
  readdirSync(dirname(file))
    .map((name) => readFileSync(join(dirname(file), name), 'latin1'))
    .join('')

describe.each(stores)('sealed numbers on $name', ({ create }) => {
  const sealed = { sealNumbers: key }

  test('can be found, called and read back', async () => {
    const store = await create()
    const ledger = await store.open(sealed)
    await ledger.suppress([numberOf(2)], 'list')
    expect(await ledger.suppressed(numberOf(2))).toBe(true)
    const batch = await running(ledger, [rowOf(1, { key: 'one' }), rowOf(2), { ...rowOf(1), line: 3 }], {
      suppression: true,
    })
    expect((await ledger.status(batch)).rows).toMatchObject({ planned: 1, suppressed: 1, duplicate: 1 })
    const runner = await ledger.join()
    const { id: attempt } = await claimOne(ledger, runner)
    await ledger.unknown(attempt, 'RESET')
    await store.advance(10_000)
    await runner.hold(attempt, 'absent', { candidates: [numberOf(1)] })
    expect(await ledger.held()).toMatchObject([
      { number: numberOf(1), evidence: { candidates: [numberOf(1)] } },
    ])
    expect(await collect(ledger.leads(batch))).toMatchObject([{ key: 'one', number: numberOf(1) }])
    const again = await store.open(sealed)
    expect(await again.batches()).toHaveLength(1)
  })

  test('cannot be opened without their key or with another, nor plain numbers with a key', async () => {
    const store = await create()
    await store.open(sealed)
    for (const sealNumbers of [undefined, 'x'.repeat(32)]) {
      await expect(store.open(sealNumbers ? { sealNumbers } : {})).rejects.toMatchObject({ code: 'SEAL_KEY' })
    }
    const other = await create()
    await other.open()
    await expect(other.open(sealed)).rejects.toMatchObject({
      code: 'SEAL_KEY',
      message: expect.stringContaining('not sealed'),
    })
    await expect(other.open({ sealNumbers: 'short' })).rejects.toMatchObject({
      name: 'DialerInputError',
      code: 'SEAL_KEY',
    })
  })
})

async function everything(store: Store, options: { sealNumbers?: string } = {}): Promise<void> {
  const ledger = await store.open(options)
  const number = `+34${secret}`
  await ledger.suppress(['+34699999999'], 'list')
  const writer = await ledger.beginPlan({ suppression: true })
  await writer.add([
    rowOf(1, { number, key: secret, variables: { phone: secret } }),
    { ...rowOf(2), number, key: secret },
    rowOf(3, { number: '+34699999999' }),
  ])
  await writer.reject([{ line: 4, reason: 'X', key: secret, value: `${secret} ext 3` }])
  const { batch } = await writer.commit({
    hash: secret,
    from_number: '+34910000000',
    limits: { tries: 1, callsPerDay: 1 },
    rules: null,
    calendars: { always: null },
  })
  await ledger.resume(batch.id)
  const runner = await ledger.join()
  const { id: attempt } = await claimOne(ledger, runner)
  await ledger.unknown(attempt, 'RESET')
  await store.advance(10_000)
  await runner.hold(attempt, 'absent', [number])
  await ledger.importCall({ idempotencyKey: `${ledger.id}.lost`, callId: 'c', number, at: store.now() })
}

describe('the bytes of a file', () => {
  test('contain numbers in plain text, but no sealed ones', async () => {
    const open = await sqliteStore()
    await everything(open)
    expect(bytes(open.file)).toContain(secret)
    const sealed = await sqliteStore()
    await everything(sealed, { sealNumbers: key })
    expect(bytes(sealed.file)).not.toContain(secret)
    expect(bytes(sealed.file)).not.toContain('699999999')
  })

  test('contain nobody after a purge', async () => {
    const store = await sqliteStore()
    const ledger = await store.open()
    const { id } = await plan(ledger, [
      rowOf(1, { number: `+34${secret}`, key: 'Ana' }),
      { ...rowOf(2), number: `+34${secret}` },
    ])
    await ledger.cancel(id)
    await store.advance(3 * day)
    expect(bytes(store.file)).toContain(secret)
    expect(await ledger.purge(store.now() - 2 * day)).toBe(1)
    await ledger.close()
    expect(bytes(store.file)).not.toContain(secret)
    expect(bytes(store.file)).not.toContain('Ana')
  })
})

describe.each(stores)('a purge on $name', ({ create }) => {
  test('removes finished people and keeps counts', async () => {
    const store = await create()
    const ledger = await store.open()
    const batch = await running(ledger, 3)
    const runner = await ledger.join()
    const [done, open] = await claim(ledger, runner, { limit: 2 })
    await ledger.placed(done?.id ?? '', { callId: 'call' })
    await ledger.placed(open?.id ?? '', { callId: 'other' })
    await ledger.ended(done?.id ?? '', { outcome: 'completed', seconds: 60 })
    await runner.decide(await undecidedOne(runner), { to: 'done', why: 'completed' })
    const before = await ledger.status(batch)
    await expect(ledger.purge(store.now())).rejects.toMatchObject({ code: 'TOO_YOUNG' })
    await store.advance(3 * day)
    expect(await ledger.purge(store.now() - 2 * day)).toBe(1)
    expect(await ledger.purge(store.now() - 2 * day)).toBe(0)
    const { holders, slots, ...after } = await ledger.status(batch)
    expect(before).toMatchObject(after)
    const leads = await collect(ledger.leads(batch))
    expect(leads).toMatchObject([
      { purged: true, number: '', variables: {}, attempts: [{ outcome: 'completed', number: '' }] },
      { purged: false, number: numberOf(2) },
      { purged: false, number: numberOf(3) },
    ])
  })
})

test('an encrypted value that was changed cannot be decrypted', () => {
  const seal = createSeal(key)
  const closed = Buffer.from(seal.encrypt('text'), 'base64')
  closed[closed.length - 1] = (closed.at(-1) ?? 0) ^ 1
  expect(() => seal.decrypt(closed.toString('base64'))).toThrow()
  expect(seal.encrypt('text')).not.toBe(seal.encrypt('text'))
})
