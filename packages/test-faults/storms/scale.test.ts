/** How much memory the dialer takes for many people, on either store, with a service that responds at once. */
import { join } from 'node:path'
import { kill, makeTemporaryFolder, nextMessage } from '@digame/test-support'
import { expect, test } from 'vitest'
import type { LedgerLocation } from './ledger.ts'
import { startPostgres } from './postgres.ts'
import { startProgram } from './process.ts'
import type { ScaleOptions } from './scale-entry.ts'
import { isLong, printFigure } from './storm.ts'

const leads = isLong ? 10_000 : 1000
/** In MiB. Memory has a ceiling; the rate is only printed, as it depends on the machine. */
const mostMb = 250

async function measure(ledger: LedgerLocation): Promise<void> {
  const options: ScaleOptions = { ledger, leads }
  const child = startProgram('scale-entry.ts', options)
  const scale = await nextMessage(child)
  await kill(child)
  printFigure(`${ledger.store}: ${JSON.stringify(scale)}`)
  expect(scale).toMatchObject({ end: 'done', calls: leads, twice: 0 })
  expect(scale).toHaveProperty(
    'rssMb',
    expect.toSatisfy((mb: number) => mb < mostMb),
  )
}

const timeout = isLong ? 600_000 : 90_000

test(
  `${leads} people and an instant service on SQLite take less than ${mostMb} MiB`,
  async () => {
    await using folder = await makeTemporaryFolder('scale')
    await measure({ store: 'sqlite', path: join(folder.path, 'ledger.db') })
  },
  timeout,
)

test(
  `${leads} people and an instant service on Postgres take less than ${mostMb} MiB`,
  async () => {
    await using postgres = await startPostgres()
    await measure({ store: 'postgres', url: postgres.url, schema: `scale_${process.pid}` })
  },
  timeout,
)
