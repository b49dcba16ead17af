import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LedgerPlace } from './ledger.ts'
import { kill, start } from './mock-process.ts'
import { startPostgres } from './postgres.ts'
import type { Scale, ScaleOptions } from './scale-entry.ts'
import { isLong, makeFolder, tell } from './storm.ts'

const leads = isLong ? 10_000 : 1000
/** A rate is told, never judged; memory is. */
const mostMb = 250

async function measure(ledger: LedgerPlace): Promise<void> {
  const options: ScaleOptions = { ledger, leads }
  const child = start('scale-entry.ts', options)
  const [scale] = (await once(child, 'message')) as [Scale]
  await kill(child)
  const { attemptsPerSecond, rssMb } = scale
  tell(`${ledger.store}: ${attemptsPerSecond} attempts/s, ${rssMb} MB`)
  expect(scale).toMatchObject({ end: 'done', calls: leads, twice: 0 })
  expect(rssMb).toBeLessThan(mostMb)
}

const timeout = isLong ? 600_000 : 90_000

test(
  `${leads} people and an instant service on SQLite take less than ${mostMb} MB`,
  async () => {
    await using folder = await makeFolder()
    await measure({ store: 'sqlite', path: join(folder.path, 'ledger.db') })
  },
  timeout,
)

test(
  `${leads} people and an instant service on Postgres take less than ${mostMb} MB`,
  async () => {
    await using postgres = await startPostgres()
    await measure({ store: 'postgres', url: postgres.url, schema: `scale_${process.pid}` })
  },
  timeout,
)
