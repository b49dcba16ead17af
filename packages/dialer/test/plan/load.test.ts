import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('100,000 rows are planned below 250 MB', { timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    // Otherwise V8 doubles the space for new objects in some runs and not in others, which is 60 MB.
    '--max-semi-space-size=16',
    join(import.meta.dirname, 'load.ts'),
    '100000',
  ])
  const { rows, rssMb } = JSON.parse(stdout) as { rows: object; rssMb: number }
  expect(rows).toEqual({ planned: 98_000, duplicate: 1000, suppressed: 0, recent: 0, rejected: 1000 })
  expect(rssMb).toBeLessThanOrEqual(250)
})
