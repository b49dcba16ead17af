import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Now and then V8 lets garbage pile up before it collects it; then the run is repeated once.
test('100,000 rows are planned below 250 MB', { retry: 1, timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'load.ts'),
    '100000',
  ])
  const { rows, rssMb } = JSON.parse(stdout) as { rows: object; rssMb: number }
  expect(rows).toEqual({ planned: 98_000, duplicate: 1000, suppressed: 0, rejected: 1000 })
  expect(rssMb).toBeLessThanOrEqual(250)
})
