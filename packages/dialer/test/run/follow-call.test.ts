import { expect, test } from 'vitest'
import { createRig } from './support/rig.ts'

const minute = 60_000

test('a call that was polled until half an hour ago is not given up, however old it is', async () => {
  const { clock, port, dialer, plan, leads, events } = await createRig()
  port.lifeMs = 100 * minute
  const batch = await plan()
  const run = dialer().run()
  await clock.advance(59 * minute)
  port.broken.add('get')
  await clock.advance(30 * minute)
  expect(events.map(({ type }) => type)).toContain('unreadable')
  expect(events.map(({ type }) => type)).not.toContain('ended')
  port.broken.clear()
  await clock.run(run)
  expect(await leads(batch)).toMatchObject([{ state: 'done', why: 'completed' }])
})

test('a call that cannot be polled for an hour is given up', async () => {
  const { clock, port, dialer, plan, leads } = await createRig()
  port.lifeMs = 999 * minute
  const batch = await plan()
  const run = dialer().run()
  await clock.advance(10 * minute)
  port.broken.add('get')
  const broken = clock.elapsed()
  await clock.run(run)
  expect(await leads(batch)).toMatchObject([{ state: 'done', why: 'other' }])
  expect((clock.elapsed() - broken) / minute).toBeCloseTo(60, -1)
})
