/** Four workers on one Postgres ledger, killed at random moments, and Postgres with them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '@digame/internal'
import { expect, test } from 'vitest'
import { launch } from './fleet.ts'
import { type LedgerPlace, times } from './ledger.ts'
import { startService } from './mock-process.ts'
import { neverMade, people } from './people.ts'
import { startPostgres } from './postgres.ts'
import { dialerOf, drawStrike, isLong, judge, leadsOf, openLedger, plan, tell } from './storm.ts'

const leads = isLong ? 300 : 40
const kills = isLong ? 45 : 8
const crashes = isLong ? 3 : 1
const seed = Number(process.env['DIGAME_SEED'] ?? 11)

test(
  `4 workers, ${kills} kills, ${crashes} crashes of Postgres: nobody is called twice, nobody is lost`,
  async () => {
    await using postgres = await startPostgres()
    await using service = await startService({ speed: 150, seed })
    const place: LedgerPlace = { store: 'postgres', url: postgres.url, schema: `storm_${process.pid}` }
    let ledger = await openLedger(place)
    const batch = await plan(ledger, people(leads))
    const random = createRandom(seed)
    let killed = 0
    let crashed = 0
    {
      await using fleet = launch(4, () => ({
        ledger: place,
        url: service.url,
        limits: { maxConcurrent: 5, pollMs: 20, backoffMs: 50 },
        // In the end those that remain must come to an end.
        ...(killed < kills && { strike: drawStrike(random) }),
      }))
      while (killed < kills) {
        await sleep(20 + random() * 380)
        if (!(await fleet.killOne(random()))) break
        killed++
        if (postgres.crash && crashed < crashes && killed >= ((crashed + 1) * kills) / (crashes + 1)) {
          await ledger.close()
          await postgres.crash()
          crashed++
          ledger = await openLedger(place)
        }
      }
      await fleet.done(isLong ? 300_000 : 60_000)
      expect(fleet.crashes).toEqual([])
    }

    const census = await service.census()
    const verdict = judge(ledger, census, await leadsOf(ledger, batch))
    tell(`${killed} kills: ${census.calls.length} calls, ${verdict.held.absent} held as absent`)
    expect({ killed, crashed, ...verdict, most: census.most }).toEqual({
      killed: kills,
      crashed: postgres.crash ? crashes : 0,
      calledTwiceByOneKey: [],
      leadsInNoFinalState: [],
      callsNotInLedger: [],
      wronglyHeld: [],
      calledTooOften: [],
      held: { absent: expect.any(Number), lookup_failed: 0 },
      attempts: expect.any(Number),
      most: expect.toSatisfy((most: number) => most > 0 && most <= 5),
    })

    await sleep(times.leaseMs + times.requestMs + times.settleMs)
    const dialer = dialerOf(ledger, service)
    expect(await dialer.settleAbsent()).toEqual({ returned: verdict.held.absent, placed: 0, left: 0 })
    expect(await dialer.run()).toBe('done')
    const called = new Set((await service.census()).calls.map(({ number }) => number))
    expect(people(leads).filter((number) => !called.has(number))).toEqual(neverMade)
    await ledger.close()
  },
  isLong ? 900_000 : 180_000,
)
