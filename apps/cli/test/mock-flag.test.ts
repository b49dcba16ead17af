import { createMock } from '@digame/mock'
import { beforeAll, expect, test } from 'vitest'
import { createTime, digame, from, to } from './helpers.ts'

const env = { DIGA_BASE_URL: 'http://127.0.0.1:9/nowhere' }

// The first mock of a process reads the spec from disk, for which a test clock does not wait.
beforeAll(async () => {
  await (await createMock()).close()
})

test('needs no key and sends nothing outside the process', async () => {
  // The helper's own fetch throws when it is called.
  const { code, stdout, stderr } = await digame(['call', to, '--from', from, '--mock', '--wait'], {
    env,
    clock: createTime().clock,
  })
  expect(stderr).toContain('(a mock: nobody is called)')
  expect(stderr).toContain('\ndialing\nin_progress\ncompleted\n')
  expect(stdout).toContain('outcome   completed\n')
  expect(code).toBe(0)
})

test.for(['0.5', '1', '12', '100', '5000'])('prints each status at speed %s', async (speed) => {
  const argv = ['call', to, '--from', from, '--mock', '--mock-speed', speed, '--wait']
  const { code, stderr } = await digame(argv, { env, clock: createTime().clock })
  expect(stderr).toContain('\ndialing\nin_progress\ncompleted\n')
  expect(code).toBe(0)
})
