import { Diga, DigaConfigError, type DigaOptions } from '@digame/client'
import type { World } from './context.ts'
import { UsageError } from './errors.ts'
import { given } from './input.ts'

/** An account to work with. */
export interface Service {
  readonly diga: Diga
  /** How often to look at a call, in milliseconds. */
  readonly intervalMs: number
  close(): Promise<void>
}

type Listener = DigaOptions['onEvent']

const variableOf: Readonly<Record<string, string>> = {
  INVALID_API_KEY: 'DIGA_API_KEY',
  INVALID_BASE_URL: 'DIGA_BASE_URL',
}

/** The account that the environment names; `instead` ends the sentence about a missing key. @throws UsageError */
export function connect(world: World, onEvent?: Listener, instead = ''): Service {
  const { env, fetch, clock } = world
  const apiKey = env['DIGA_API_KEY']?.trim()
  const baseUrl = env['DIGA_BASE_URL']?.trim()
  if (!apiKey) {
    const message = `There is no API key; set DIGA_API_KEY to the key of your account${instead}.`
    throw new UsageError(message, 'NO_API_KEY')
  }
  try {
    const diga = new Diga(given({ apiKey, baseUrl, onEvent, fetch, clock }))
    return { diga, intervalMs: 1000, close: async () => {} }
  } catch (error) {
    if (!(error instanceof DigaConfigError)) throw error
    throw new UsageError(`${variableOf[error.code] ?? 'DIGA_*'}: ${error.message}`, error.code)
  }
}

/** A mock inside this process, whose telephone is `speed` times as fast. @throws UsageError if it is not for this spec */
export async function connectMock({ clock }: World, onEvent: Listener, speed: number): Promise<Service> {
  const { createMock } = await import('@digame/mock')
  const mock = await createMock(given({ speed, clock })).catch((error) => {
    throw error.code === 'STALE_SPEC' ? new UsageError(error.message, error.code) : error
  })
  const { fetch } = mock
  const diga = new Diga(given({ apiKey: 'mock', baseUrl: 'https://mock.invalid', fetch, onEvent, clock }))
  // No state of a mock's call is shorter than 3 s at speed 1: each is looked at twice.
  return { diga, intervalMs: Math.min(1000, 1200 / speed), close: () => mock.close() }
}
