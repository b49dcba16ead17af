import { expect, test } from 'vitest'
import { apiKey, openDesk } from './desk.ts'

test('logs show what happens, without numbers, names or keys', async () => {
  let lines = ''
  const stream = {
    write: (line: string) => {
      lines += line
    },
  }
  await using desk = await openDesk({ logger: { level: 'trace', stream } })
  desk.mock.reply({ operation: 'placeCall', code: 400, example: 'non_spanish_phone_number' })
  await desk.ask({ name: 'Begoña', phone: '698765432' })
  const { id } = (await desk.ask({ name: 'Begoña' })).json()
  await desk.until(await desk.events(id), 'ended')
  await desk.app.inject('/?phone=612345678')

  expect(lines).toContain('+346******78')
  expect(lines).toContain('"outcome":"completed"')
  expect(lines).toContain('"path":"/api/callbacks"')
  expect(lines).not.toMatch(/612345678|698765432|Begoña|127\.0\.0\.1/)
  expect(lines).not.toContain(apiKey)
})
