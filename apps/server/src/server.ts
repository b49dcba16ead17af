import type { Diga } from '@digame/client'
import { buildApp } from './app.ts'
import { type Config, ConfigError, makeClient, readConfig } from './config.ts'

function setUp(): { config: Config; diga: Diga } | undefined {
  try {
    return { config: readConfig(process.env), diga: makeClient() }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
    return undefined
  }
}

const made = setUp()
if (made) {
  const { host, port, ...options } = made.config
  const app = buildApp({ ...options, diga: made.diga, logger: true })
  // Once: a second signal ends the process without waiting.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
  try {
    await app.listen({ host, port })
  } catch (error) {
    process.stderr.write(`Cannot listen on ${host}:${port}: ${(error as Error).message}\n`)
    process.exitCode = 1
    await app.close()
  }
}
