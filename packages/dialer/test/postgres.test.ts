import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

test('a failed test keeps its exit code, also beside Postgres', async () => {
  const setup = new URL('postgres.ts', import.meta.url).href
  const script = `const { loadPostgres } = await import(${JSON.stringify(setup)}); await loadPostgres(); process.exitCode = 3`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect({ code, said }).toEqual({ code: 3, said: '' })
})
