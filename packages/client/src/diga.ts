import type { paths } from '@digame/spec'
import type { Client } from 'openapi-fetch'
import { type Calls, createCalls } from './calls/calls.ts'
import { type Core, createCore } from './http/core.ts'
import type { DigaOptions } from './options.ts'
import { resolveSettings } from './settings.ts'

/**
 * A client of the Diga call API.
 *
 * An instance remembers the idempotency keys of its creates, so share one instance across your program.
 *
 * @example
 * const diga = new Diga()
 * const call = await diga.calls.create({ from_number: '+34910000001', to_number: '+34612345678' })
 * const ended = await diga.calls.wait(call.id)
 */
export class Diga {
  /** The calls of the account: place, read, list, follow and look up. */
  readonly calls: Calls
  // Private, so that neither `inspect` nor JSON shows the API key.
  readonly #core: Core

  /** @throws DigaConfigError if there is no API key, the base URL is invalid, or it runs in a browser */
  constructor(options: DigaOptions = {}) {
    this.#core = createCore(resolveSettings(options))
    this.calls = createCalls(this.#core)
  }

  /**
   * The typed openapi-fetch client for the same account, for anything that this library does not wrap.
   *
   * It sends a request once, and retries nothing. A POST has the client's timeout (60 s by default); without a whole response it
   * rejects with a DigaError, whose `placed` says whether the service may have acted. A GET goes straight to fetch, without a
   * timeout. `raw.POST('/v1/call/')` carries no idempotency key and is never looked up: place calls with `calls.create`.
   */
  get raw(): Client<paths> {
    return this.#core.raw
  }
}
