import type { Diga } from '@digame/client'
import { buildApp } from './app.ts'
import { type Config, ConfigError, createClient, readConfig } from './config.ts'

function readSetup(): { config: Config; diga: Diga } | undefined {
  try {
    return { config: readConfig(process.env), diga: createClient() }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
    return undefined
  }
}

const setup = readSetup()
if (setup) {
  const { host, port, ...options } = setup.config
  const app = await buildApp({ ...options, diga: setup.diga, logger: true })
  // Once: a second signal ends the process without waiting.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
  try {
    await app.listen({ host, port })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`Cannot listen on ${host}:${port}: ${reason}\n`)
    process.exitCode = 1
    await app.close()
  }
}
