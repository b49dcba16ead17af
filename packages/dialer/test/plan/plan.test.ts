import {
  defaultRetries,
  type Ledger,
  type PlanOptions,
  planBatch,
  type SkippedLine,
  skippedRows,
} from '@digame/dialer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRules } from '../../src/rules/batch-rules.ts'
import { sqliteStore, stores } from '../ledger/support/stores.ts'

const port = { isCallable: (number: string) => /^\+34([5-9]\d{8}|400\d{6})$/.test(number) }
const agent_version_id = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'

// The stores' clocks stand at 1 June 2026, 12:00 in Madrid.
const plan = (ledger: Ledger, options: Partial<PlanOptions> = {}) =>
  planBatch({
    ledger,
    port,
    leads: { csv: 'phone,name\n612345678,Ana\n912345678,Luis\n' },
    from_number: '+34910000001',
    agent_version_id,
    purpose: 'service',
    ...options,
  })

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
const skipped = (ledger: Ledger, batch: number, mask = false): Promise<SkippedLine[]> =>
  collect(skippedRows(ledger, batch, { mask }))

describe.each(stores)('on $name', ({ create }) => {
  test('leads become a paused batch with its rules', async () => {
    const ledger = await (await create()).open()
    const { batch, existing, rejected } = await plan(ledger, {
      leads: {
        csv: 'phone;key;not_before;name\n612 34 56 78;a1;02/06/2026 10:00;Ana\n+34912345678;;;Luis\n',
      },
      name: 'June',
      maxTries: 2,
      callsPerDay: 1,
      budget: { calls: 10, minutes: 20 },
    })
    expect({ existing, rejected }).toEqual({ existing: false, rejected: {} })
    expect(batch).toMatchObject({
      state: 'paused',
      name: 'June',
      from_number: '+34910000001',
      agent_version_id,
      limits: { tries: 2, callsPerDay: 1, budgetCalls: 10, budgetMinutes: 20 },
      suppression: true,
      rows: { planned: 2, duplicate: 0, suppressed: 0, recent: 0, rejected: 0 },
    })
    expect(readRules(batch.rules)).toMatchObject({
      purpose: 'service',
      window: 'Mon-Fri 09:00-21:00',
      retries: { no_answer: [3_600_000, 86_400_000] },
    })
    const leads = await collect(ledger.leads(batch.id))
    expect(leads).toMatchObject([
      { line: 2, number: '+34612345678', key: 'a1', variables: { name: 'Ana' }, state: 'ready' },
      { line: 3, number: '+34912345678', variables: { name: 'Luis' }, state: 'ready' },
    ])
    expect(new Date(leads[0]?.dueAt ?? 0).toISOString()).toBe('2026-06-02T08:00:00.000Z')
    expect(leads.map(({ calendar }) => calendar.split(' ').slice(2, 4).join(' '))).toEqual([
      'Atlantic/Canary+Europe/Madrid ES',
      'Europe/Madrid MD',
    ])
    expect(Object.keys(batch.calendars).sort()).toEqual(leads.map(({ calendar }) => calendar).sort())
  })

  test('each row is planned, a duplicate, suppressed or rejected for a reason', async () => {
    const ledger = await (await create()).open()
    await ledger.suppress(['+34633333333'], 'a list')
    const { batch, rejected } = await plan(ledger, {
      leads: {
        csv: [
          'phone,key,name',
          '611111111,a,Ana',
          '+34 611 111 111,b,Ana again',
          '633333333,c,Luis',
          '"3,46612E+10",d,Eva',
          '900123456,e,Radio',
          '622222222,f',
          '622222222,g,"Two',
          'lines"',
          ',,',
          '+44 7911 123456,h,John',
        ].join('\n'),
      },
    })
    expect(batch.rows).toEqual({ planned: 2, duplicate: 1, suppressed: 1, recent: 0, rejected: 5 })
    expect(rejected).toEqual({
      number_digits_lost: 1,
      number_special: 1,
      row_broken: 1,
      row_empty: 1,
      number_foreign: 1,
    })
    expect((await skipped(ledger, batch.id)).sort((a, b) => a.line - b.line)).toEqual([
      { line: 3, verdict: 'duplicate', reason: 'other_variables', key: 'b', value: '+34611111111' },
      { line: 4, verdict: 'suppressed', key: 'c', value: '+34633333333' },
      { line: 5, verdict: 'rejected', reason: 'number_digits_lost', key: 'd', value: '3,46612E+10' },
      { line: 6, verdict: 'rejected', reason: 'number_special', key: 'e', value: '900123456' },
      { line: 7, verdict: 'rejected', reason: 'row_broken', key: 'f', value: '622222222' },
      { line: 10, verdict: 'rejected', reason: 'row_empty' },
      { line: 11, verdict: 'rejected', reason: 'number_foreign', key: 'h', value: '+44 7911 123456' },
    ])
    const values = (await skipped(ledger, batch.id, true)).map(({ value }) => value)
    expect(values).toContain('+346******11')
    expect(values.join(' ')).not.toMatch(/\d{7}/)
  })

  test('a number is planned once per batch, whichever piece its rows are in', async () => {
    const ledger = await (await create()).open()
    const numbers = Array.from({ length: 2500 }, (_, index) => 600_000_000 + (index % 1700))
    const { batch } = await plan(ledger, { leads: { csv: `phone\n${numbers.join('\n')}` } })
    expect(batch.rows).toEqual({ planned: 1700, duplicate: 800, suppressed: 0, recent: 0, rejected: 0 })
    const leads = { csv: `phone\n${numbers.join('\n')}` }
    const again = await plan(ledger, { leads, name: 'again', recent: false })
    expect(again.batch.rows.planned).toBe(1700)
  })

  test('a known plan returns its batch and adds nothing', async () => {
    const ledger = await (await create()).open()
    const csv = 'phone,name\n612345678,Ana\n612345678,Ana\n12,x\n'
    const first = await plan(ledger, { leads: { csv } })
    const second = await plan(ledger, { leads: { csv } })
    expect(second).toMatchObject({ existing: true, batch: { id: first.batch.id, rows: first.batch.rows } })
    expect(second.rejected).toEqual({ number_not_callable: 1 })
    expect((await ledger.batches()).length).toBe(1)
  })

  test('a plan that fails leaves nothing behind', async () => {
    const store = await create()
    const ledger = await store.open()
    const rows = Array.from({ length: 1500 }, (_, index) => 600_000_000 + index).join('\n')
    const csv = `phone\n${rows}\n"612345678\n`
    await expect(plan(ledger, { leads: { csv } })).rejects.toThrow(
      'A quote that opens after line 1501 does not close',
    )
    expect(await ledger.batches()).toEqual([])
    expect(await store.sql('select count(*) as n from lead')).toMatchObject([
      { n: expect.toSatisfy((n) => Number(n) === 0) },
    ])
  })
})

const sqlite = async (): Promise<Ledger> => (await sqliteStore()).open()

describe('the hash', () => {
  const base = { leads: { csv: 'phone,name\n612345678,Ana\n912345678,Luis\n' } }
  const hash = async (options: Partial<PlanOptions>): Promise<string> =>
    (await plan(await sqlite(), options)).batch.hash

  test.each<[string, Partial<PlanOptions>]>([
    [
      'another encoding and delimiter',
      { leads: { csv: Buffer.from('\ufeffphone;name\r\n612345678;Ana\r\n912345678;Luis\r\n', 'utf16le') } },
    ],
    ['numbers written otherwise', { leads: { csv: 'phone,name\n612 34 56 78,Ana\n+34912345678,Luis\n' } }],
    ['columns in another order', { leads: { csv: 'name,phone\nAna,612345678\nLuis,912345678\n' } }],
    [
      'objects',
      {
        leads: {
          rows: [
            { phone: '612345678', name: 'Ana' },
            { phone: 912345678, name: 'Luis' },
          ],
        },
      },
    ],
    ['another estimate', { ...base, assumptions: { minutesPerCall: 9 } }],
  ])('is the same for %s', async (_, options) => {
    expect(await hash(options)).toBe(await hash(base))
  })

  test.each<[PlanOptions['purpose'], string]>([
    ['service', '8b45ef9ea4a86630ce515d58673743495dbeb7ccd4ef44c0e36e416f68d59765'],
    ['requested', '7d72b55feee6c411a435f3a3224c23cc542a89ec59c8639f1063879f5fb0b025'],
  ])('of a %s plan is that of the first version, unless a newer option is used', async (purpose, first) => {
    expect(await hash({ ...base, purpose })).toBe(first)
    const days = purpose === 'service' ? 1 : 0
    const minimumGap = purpose === 'service' ? 600_000 : 0
    expect(await hash({ ...base, purpose, recent: { days }, minimumGap })).toBe(first)
    expect(await hash({ ...base, purpose, retries: defaultRetries })).toBe(first)
    expect(await hash({ ...base, purpose, recent: { days: 7 } })).not.toBe(first)
    expect(await hash({ ...base, purpose, retries: { ...defaultRetries, not_reached: [] } })).not.toBe(first)
  })

  test('differs for other rows, agents, hours or rules', async () => {
    const others: Partial<PlanOptions>[] = [
      base,
      { leads: { csv: 'phone,name\n612345678,Ana\n912345679,Luis\n' } },
      { leads: { csv: 'phone,name\n612345678,Ana\n912345678,Luisa\n' } },
      { leads: { csv: 'phone,name\n912345678,Luis\n612345678,Ana\n' } },
      { leads: { csv: 'phone,name\n612345678,Ana\n912345678,Luis\n1,x\n' } },
      { ...base, agent_version_id: '6f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10' },
      { ...base, from_number: '+34910000002' },
      { ...base, name: 'again' },
      { ...base, window: 'Mon-Fri 10:00-21:00' },
      { ...base, purpose: 'requested' },
      { ...base, region: 'MD' },
      { ...base, holidays: false },
      { ...base, localDays: [{ date: '2026-06-10' }] },
      { ...base, maxTries: 1 },
      { ...base, callsPerDay: 1 },
      { ...base, budget: { calls: 10 } },
      { ...base, suppressionHook: true },
      { ...base, recent: false },
      { ...base, recent: { days: 2 } },
      { ...base, minimumGap: 0 },
      { ...base, expiresAt: new Date('2026-07-01') },
    ]
    const hashes = await Promise.all(others.map(hash))
    expect(new Set(hashes).size).toBe(others.length)
  })
})

describe('purposes', () => {
  const csv = [
    'phone,consent_at',
    '611111111,2026-05-01',
    '622222222,',
    '633333333,2024-06-01',
    '644444444,2026-06-02',
    '655555555,ayer',
    '666666666,2024-06-02',
  ].join('\n')

  test('commercial needs a consent given in the two years before the call', async () => {
    const ledger = await sqlite()
    const { batch, rejected } = await plan(ledger, { purpose: 'commercial', leads: { csv } })
    expect(rejected).toEqual({
      consent_missing: 1,
      consent_too_old: 1,
      consent_in_future: 1,
      consent_at_unreadable: 1,
    })
    const ends = (await collect(ledger.leads(batch.id))).map(({ expiresAt }) =>
      new Date(expiresAt ?? 0).toISOString(),
    )
    expect(ends).toEqual(['2028-04-30T22:00:00.000Z', '2026-06-01T22:00:00.000Z'])
  })

  test('service and requested need no consent, and keep the one given', async () => {
    const ledger = await sqlite()
    const { batch, rejected } = await plan(ledger, { leads: { csv } })
    expect(rejected).toEqual({ consent_at_unreadable: 1 })
    const [first] = await collect(ledger.leads(batch.id))
    expect(first).toMatchObject({ consentAt: Date.parse('2026-04-30T22:00:00Z') })
    expect(first?.expiresAt).toBeUndefined()
  })

  test('requested calls suppressed numbers too', async () => {
    const ledger = await sqlite()
    await ledger.suppress(['+34612345678'], 'a list')
    const rows = async (purpose: PlanOptions['purpose']) =>
      (await plan(ledger, { purpose, recent: false })).batch.rows
    expect(await rows('requested')).toMatchObject({ planned: 2, suppressed: 0 })
    expect(await rows('service')).toMatchObject({ planned: 1, suppressed: 1 })
  })

  test.each<[Partial<PlanOptions>]>([
    [{ window: 'Mon-Sat 09:00-21:00' }],
    [{ window: 'always' }],
    [{ window: 'Mon-Fri 08:00-21:00' }],
    [{ holidays: false }],
  ])('commercial hours cannot be widened: %j', async (options) => {
    const ledger = await sqlite()
    await expect(plan(ledger, { purpose: 'commercial', ...options })).rejects.toThrow(
      'Commercial calls are made within',
    )
    expect((await plan(ledger, options)).batch.state).toBe('paused')
  })

  test('commercial calls to numbers without a region keep the holidays of every region', async () => {
    const rows = { csv: 'phone,consent_at\n612345678,2026-05-01\n' }
    const where = async (options: Partial<PlanOptions>) => {
      const { batch } = await plan(await sqlite(), { leads: rows, ...options })
      return Object.keys(batch.calendars)[0]?.split(' ')[3]
    }
    expect(await where({ purpose: 'commercial' })).toBe('every')
    expect(await where({ purpose: 'commercial', region: 'MD' })).toBe('MD')
    expect(await where({ purpose: 'service' })).toBe('ES')
  })
})

describe('dates of a row', () => {
  test('a lead that has expired, or expires before it is due, is rejected', async () => {
    const { rejected, batch } = await plan(await sqlite(), {
      leads: {
        csv: 'phone,end,not_before\n611111111,2026-05-01,\n622222222,2026-06-10,2026-06-11\n633333333,2026-06-10,\n644444444,x,',
      },
      columns: { expires_at: 'end' },
    })
    expect(rejected).toEqual({ expired: 1, never_due: 1, expires_at_unreadable: 1 })
    expect(batch.rows.planned).toBe(1)
  })

  test('every lead expires with the batch', async () => {
    const ledger = await sqlite()
    const expiresAt = new Date('2026-06-20T10:00:00Z')
    const { batch } = await plan(ledger, { expiresAt })
    expect((await collect(ledger.leads(batch.id))).map((lead) => lead.expiresAt)).toEqual([
      expiresAt.getTime(),
      expiresAt.getTime(),
    ])
  })
})

describe('objects', () => {
  test('are read from any iterable, with their values as text', async () => {
    const ledger = await sqlite()
    async function* rows() {
      yield { phone: '612345678', n: 5, ok: true, at: new Date(0), none: null, missing: undefined }
      yield { name: 'Luis', phone: 912345678 }
    }
    const { batch } = await plan(ledger, { leads: { rows: rows() } })
    expect(
      (await collect(ledger.leads(batch.id))).map(({ line, variables }) => ({ line, variables })),
    ).toEqual([
      { line: 1, variables: { n: '5', ok: 'true', at: '1970-01-01T00:00:00.000Z' } },
      { line: 2, variables: { name: 'Luis' } },
    ])
  })

  test('that hold no lead are rejected, and none is lost', async () => {
    const rows = [
      { phone: '612345678' },
      { name: 'Ana' },
      {},
      null,
      'text',
      { phone: '622222222', tags: ['a'] },
      { phone: '633333333', telefono: '644444444' },
      { phone: undefined },
    ]
    const { batch, rejected } = await plan(await sqlite(), {
      leads: { rows: rows as Record<string, unknown>[] },
    })
    expect(batch.rows).toEqual({ planned: 1, duplicate: 0, suppressed: 0, recent: 0, rejected: 7 })
    expect(rejected).toEqual({ row_broken: 3, row_empty: 4 })
  })

  test('are refused if the first has no number', async () => {
    await expect(plan(await sqlite(), { leads: { rows: [{ name: 'Ana' }] } })).rejects.toThrow(
      'No column holds the number',
    )
    await expect(plan(await sqlite(), { leads: { rows: [null as never] } })).rejects.toThrow(
      'The first lead is not an object',
    )
  })
})

test('outcomes that retries leave out are never tried again', async () => {
  const { batch } = await plan(await sqlite(), { retries: { failed: [1000] } })
  expect(batch.rules).toMatchObject({
    retries: {
      ...{ no_answer: [], voicemail: [], failed: [1000] },
      ...{ completed: [], transferred: [], other: [] },
    },
  })
})

describe('before anybody is called, a plan has', () => {
  test('an estimate of calls, minutes, cost and the end', async () => {
    const { estimate } = await plan(await sqlite(), {
      assumptions: { minutesPerCall: 3, pricePerMinute: 0.2, slots: 2, ringSeconds: 0 },
    })
    expect(estimate).toMatchObject({ calls: 2, minutes: 6, isCutByBudget: false })
    expect(estimate.cost).toBe(1.2)
    expect(estimate.endsAt?.toISOString()).toBe('2026-06-01T10:03:00.000Z')
  })

  test('an estimate that counts only planned rows, from when they are due', async () => {
    const { estimate } = await plan(await sqlite(), {
      leads: { csv: 'phone,not_before\n911111111,\n911111111,\n12,\n912222222,2026-06-04T15:00\n' },
      assumptions: { ringSeconds: 0 },
    })
    expect(estimate.calls).toBe(2)
    expect(estimate.endsAt?.toISOString()).toBe('2026-06-04T13:02:00.000Z')
  })

  test('warnings of what a person should know', async () => {
    const warnings = async (options: Partial<PlanOptions>) =>
      (await plan(await sqlite(), options)).warnings.join('\n')
    expect(await warnings({})).toContain('There is no table of moved holidays for 2026')
    expect(await warnings({})).toContain(
      'Numbers that do not show their region: 1. They are called on all holidays but',
    )
    expect(await warnings({})).toContain('There are no local days')
    const local = {
      localDays: [{ date: '2026-06-10' }],
      movedHolidays: [{ year: 2026, source: 'a table', mondays: {} }],
    }
    expect(await warnings({ ...local, region: 'MD' })).toBe('')
    expect(await warnings({ holidays: false })).toBe('')
    const leads = {
      csv: 'phone,agent_name,current_time[Europe/Madrid],consent_at\n912345678,x,y,2026-05-01\n',
    }
    expect(await warnings({ ...local, leads })).toBe(
      'The service fills the variable "agent_name" itself: rename the column.\n' +
        'The service fills the variable "current_time[Europe/Madrid]" itself: rename the column.',
    )
    const ending = { csv: 'phone,Expires at\n912345678,2026-07-01\n' }
    expect(await warnings({ ...local, leads: ending })).toBe(
      'The column "Expires at" is a variable, and no lead expires by it: if it is the leads\' expiry date, give columns: { expires_at: "Expires at" }.',
    )
    expect(await warnings({ ...local, leads: ending, columns: { expires_at: 'Expires at' } })).toBe('')
    expect(await warnings({ ...local, leads, purpose: 'commercial', from_number: '+34611111111' })).toContain(
      'from_number is a mobile',
    )
  })
})

describe('bad input is refused in one line, and nothing is written', () => {
  test.each<[Partial<PlanOptions>, string]>([
    [{ purpose: 'fun' as never }, 'purpose is "fun": give one of commercial, service, requested.'],
    [{ from_number: '910000001' }, 'from_number is neither a number in E.164'],
    [{ agent_version_id: 'v1' }, 'agent_version_id "v1" is not a uuid'],
    [{ window: 'whenever' }, 'The window "whenever" cannot be read'],
    [{ zone: 'Europe/Nowhere' }, 'zone "Europe/Nowhere" is unknown'],
    [{ region: 'Madrid' }, 'region "Madrid" is unknown: give one of AN, AR'],
    [{ localDays: [{ date: '15/05/2026' }] }, 'localDays has "15/05/2026", which is not a date'],
    [{ localDays: [{ date: '2026-05-15', region: 'XX' }] }, 'region "XX" is unknown'],
    [{ localDays: [{ date: '2026-05-15', name: null as never }] }, 'localDays[0] has a name or region'],
    [{ movedHolidays: [{ year: 2026, source: '', mondays: {} }] }, 'has no source'],
    [
      { movedHolidays: [{ year: '2026' as never, source: 'x', mondays: {} }] },
      'movedHolidays[0] cannot be read',
    ],
    [
      { movedHolidays: [{ year: 2026, source: 'x', mondays: { '2026-11-03': [] } }] },
      'which is not a Monday of that year',
    ],
    [{ maxTries: 0 }, 'maxTries is 0'],
    [{ callsPerDay: 1.5 }, 'callsPerDay is 1.5'],
    [{ recent: 30 as never }, 'recent is 30: give { days: 30 }, or false to turn it off.'],
    [{ recent: { days: -1 } }, 'recent is {"days":-1}: give { days: 30 }'],
    [{ recent: null as never }, 'recent is null: give { days: 30 }'],
    [{ minimumGap: 0.5 }, 'minimumGap is 0.5: give whole milliseconds'],
    [{ minimumGap: -1 }, 'minimumGap is -1'],
    [{ budget: { calls: -1 } }, 'budget.calls is -1'],
    [{ budget: { minutes: Number.NaN } }, 'budget.minutes is NaN'],
    [{ assumptions: { slots: 0 } }, 'assumptions.slots is 0'],
    [{ assumptions: { pricePerMinute: -1 } }, 'assumptions.pricePerMinute is -1'],
    [{ expiresAt: new Date('2026-05-01') }, 'expiresAt is in the past'],
    [{ expiresAt: new Date('x') }, 'expiresAt is in the past'],
    [{ purpose: 'requested', suppressionHook: true }, 'Purpose requested calls suppressed numbers too'],
    [{ leads: { csv: '' } }, 'The file is empty'],
    [{ leads: { csv: 'name\nAna\n' } }, 'No column holds the number'],
  ])('%j: %s', async (options, message) => {
    const ledger = await sqlite()
    await expect(plan(ledger, options)).rejects.toThrow(message)
    await expect(plan(ledger, options)).rejects.not.toThrow('\n')
    expect(await ledger.batches()).toEqual([])
  })
})

test('for any rows, the counts add up and each skipped row is listed once', async () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '612345678',
      '+34612345678',
      '612345679',
      '',
      '900123456',
      '3,46612E+10',
      'Ana',
      '"',
      '\n',
      '😀',
    ),
    fc.string({ maxLength: 12 }),
  )
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 30 }),
      async (rows) => {
        const ledger = await sqlite()
        const csv = ['phone,name', ...rows.map((cells) => cells.map(quoted).join(','))].join('\n')
        const { batch, rejected } = await plan(ledger, { leads: { csv } })
        const { planned: calls, ...others } = batch.rows
        const skips = await skipped(ledger, batch.id)
        expect(calls + others.duplicate + others.suppressed + others.recent + others.rejected).toBe(
          rows.length,
        )
        expect(skips.length).toBe(rows.length - calls)
        expect(new Set(skips.map(({ line }) => line)).size).toBe(skips.length)
        expect(Object.values(rejected).reduce((sum, count) => sum + count, 0)).toBe(others.rejected)
        expect((await collect(ledger.leads(batch.id))).length).toBe(calls)
      },
    ),
    { numRuns: 40 },
  )
})
