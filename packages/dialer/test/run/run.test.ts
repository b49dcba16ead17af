import { expect, test } from 'vitest'
import { createRig, numberOf } from './support/rig.ts'

test('everybody is called once, and the run ends', async () => {
  const { clock, port, dialer, plan, states, events } = await createRig()
  const batch = await plan({ count: 5 })
  expect(await clock.drive(dialer({ limits: { maxConcurrent: 2 } }).run())).toBe('done')
  expect(port.calls.map(({ to }) => to).sort()).toEqual([0, 1, 2, 3, 4].map(numberOf))
  expect(await states(batch)).toEqual({ done: 5 })
  expect(port.most).toBe(2)
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['joined', 'checked', 'sending', 'placed', 'ended', 'decided']),
  )
})
