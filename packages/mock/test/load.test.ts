import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createMock } from '@digame/mock'
import { expect, it } from 'vitest'
import { direct, post } from './http.ts'

// In about one run of a hundred V8 collects the garbage of web streams late; that run is repeated.
it('100,000 calls stay below 350 MB', { retry: 1, timeout: 60_000 }, () => {
  const printed = execFileSync(
    process.execPath,
    ['--conditions=source', join(import.meta.dirname, 'load.ts'), '100000'],
    {
      encoding: 'utf8',
    },
  )
  const { placed, rssMb } = JSON.parse(printed) as { placed: number; rssMb: number[] }
  expect(placed).toBe(100_000)
  expect(Math.max(...rssMb)).toBeLessThanOrEqual(350)
})

it('20,000 numbers of the account do not pile up', { timeout: 60_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await using mock = await createMock({ keepRequests: 1 })
  let last = 910_000_000
  /** Sends requests that place no call, each from another number; resolves with the heap in use afterwards, in kB. */
  const ask = async (requests: number) => {
    for (const end = last + requests; last < end; last++) {
      const response = await post(direct(mock), { from_number: `+34${last}`, to_number: '+34500000016' })
      await response.arrayBuffer()
    }
    collect()
    return process.memoryUsage().heapUsed / 1024
  }
  const before = await ask(3000)
  expect((await ask(20_000)) - before).toBeLessThan(3000)
})
