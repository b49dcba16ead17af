import type { paths } from '@digame/spec'
import type { Client } from 'openapi-fetch'
import { type Calls, createCalls } from './calls/calls.ts'
import { type Core, createCore } from './http/request.ts'
import { type DigaOptions, resolve } from './options.ts'

/**
 * A client of the Diga call API.
 *
 * One instance remembers the idempotency keys of its creates (the newest 10,000): share it.
 *
 * @example
 * const diga = new Diga()
 * const call = await diga.calls.create({ from_number: '+34910000001', to_number: '+34612345678' })
 * const ended = await diga.calls.wait(call.id)
 */
export class Diga {
  readonly calls: Calls
  // Private, so that neither inspect nor JSON shows the API key.
  readonly #core: Core

  /** @throws DigaConfigError without an API key, with a base URL that is none, in a browser */
  constructor(options: DigaOptions = {}) {
    this.#core = createCore(resolve(options))
    this.calls = createCalls(this.#core)
  }

  /** The typed openapi-fetch client on the same account, for what this library does not wrap. It sends a POST once. */
  get raw(): Client<paths> {
    return this.#core.raw
  }
}
