import { Diga, DigaConfigError, type DigaOptions } from '@digame/client'
import type { World } from './context.ts'
import { UsageError } from './errors.ts'
import { omitUndefined } from './input.ts'

/** An account whose calls a command places or reads. */
export interface Account {
  readonly diga: Diga
  /** How often to poll a call, in milliseconds. */
  readonly intervalMs: number
  close(): Promise<void>
}

type Listener = DigaOptions['onEvent']

const variableByCode: Readonly<Record<string, string>> = {
  INVALID_API_KEY: 'DIGA_API_KEY',
  INVALID_BASE_URL: 'DIGA_BASE_URL',
}

/** Opens the account of the environment. `alternative` ends the error message about a missing API key. @throws UsageError */
export function openAccount(world: World, onEvent?: Listener, alternative = ''): Account {
  const { env, fetch, clock } = world
  const apiKey = env['DIGA_API_KEY']?.trim()
  const baseUrl = env['DIGA_BASE_URL']?.trim()
  if (!apiKey) {
    const message = `There is no API key; set DIGA_API_KEY to the key of your account${alternative}.`
    throw new UsageError(message, 'NO_API_KEY')
  }
  try {
    const diga = new Diga(omitUndefined({ apiKey, baseUrl, onEvent, fetch, clock }))
    return { diga, intervalMs: 1000, close: async () => {} }
  } catch (error) {
    if (!(error instanceof DigaConfigError)) throw error
    throw new UsageError(`${variableByCode[error.code] ?? 'DIGA_*'}: ${error.message}`, error.code)
  }
}

/**
 * Opens the account of a mock inside this process, whose calls run `speed` times as fast as real ones.
 *
 * @throws UsageError if the mock was built for another version of the spec
 */
export async function openMockAccount({ clock }: World, onEvent: Listener, speed: number): Promise<Account> {
  const { createMock } = await import('@digame/mock')
  const mock = await createMock(omitUndefined({ speed, clock })).catch((error) => {
    throw error.code === 'STALE_SPEC' ? new UsageError(error.message, error.code) : error
  })
  const { fetch } = mock
  const diga = new Diga(
    omitUndefined({ apiKey: 'mock', baseUrl: 'https://mock.invalid', fetch, onEvent, clock }),
  )
  // At speed 1 a mock call stays in each status for at least 3 s, so this polls each status twice.
  return { diga, intervalMs: Math.min(1000, 1200 / speed), close: () => mock.close() }
}
