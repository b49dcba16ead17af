import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const run = (code: string) =>
  spawnSync(process.execPath, ['--conditions=source', '--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })

test('a timer of the system clock keeps the process alive, one of the unref clock does not', () => {
  const code = (clock: string) =>
    `import { ${clock} } from '@digame/internal'; ${clock}.after(1, () => process.stdout.write('ran'))`
  const kept = run(code('systemClock'))
  expect([kept.status, kept.stdout]).toEqual([0, 'ran'])
  const ended = run(`${code('unrefClock').replace('after(1,', 'after(2 ** 31,')}`)
  expect([ended.status, ended.stdout]).toEqual([0, ''])
})

test('a timer of the unref clock can run and be cancelled', async () => {
  const { unrefClock } = await import('@digame/internal')
  const order: string[] = []
  const cancel = unrefClock.after(0, () => order.push('cancelled'))
  cancel()
  await new Promise<void>((resolve) => unrefClock.after(0, resolve))
  expect(order).toEqual([])
})
