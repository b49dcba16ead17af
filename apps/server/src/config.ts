import { isIP } from 'node:net'
import { Diga, DigaConfigError } from '@digame/client'
import { isE164 } from '@digame/internal'

/** Where the server listens, and from which number it calls. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly from: string
  readonly trustProxy?: string[]
}

/** An environment variable is missing or wrong; the message says what to set. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the environment. @throws ConfigError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined
  const from = read('DIGA_FROM')
  if (from === undefined || !isE164(from)) {
    throw new ConfigError('DIGA_FROM must be the calling number, such as +34910000001.')
  }
  const port = read('PORT') ?? '3000'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new ConfigError('PORT must be a number from 0 to 65535.')
  }
  const proxies = read('TRUST_PROXY')?.split(/[\s,]+/)
  if (proxies?.some((address) => isIP(address) === 0)) {
    throw new ConfigError(
      'TRUST_PROXY must be the IP addresses of your proxies, separated by commas, such as 127.0.0.1; ranges are not supported.',
    )
  }
  const host = read('HOST') ?? '127.0.0.1'
  return { host, port: Number(port), from, ...(proxies && { trustProxy: proxies }) }
}

/** What to set, by error code. The client's own messages also name options of its constructor, which cannot be set here. */
const advice: Readonly<Record<string, string>> = {
  NO_API_KEY: 'DIGA_API_KEY must be the API key; for the mock any word does.',
  INVALID_API_KEY: 'DIGA_API_KEY must be the API key, without spaces or line breaks: copy it again.',
  INVALID_BASE_URL:
    'DIGA_BASE_URL must look like http://127.0.0.1:4010, without user, query or fragment; leave it out for the real service.',
}

/** Creates a client from the environment of the process. @throws ConfigError */
export function createClient(): Diga {
  try {
    return new Diga()
  } catch (error) {
    if (!(error instanceof DigaConfigError)) throw error
    throw new ConfigError(advice[error.code] ?? error.message)
  }
}
