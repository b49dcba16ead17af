import { loadEngine } from './contract/load-engine.ts'
import { createRouter } from './contract/routes.ts'
import type { Call } from './contract/types.ts'
import { createExchange } from './exchange/exchange.ts'
import { createFetchFront } from './fronts/fetch.ts'
import { createHttpFront } from './fronts/http.ts'
import { type MockOptions, resolveOptions } from './options.ts'
import { type Counts, createJournal, type JournalEntry } from './script/journal.ts'
import { createReplies } from './script/replies.ts'
import type { Reply } from './script/reply.ts'
import { createAccount } from './service/account.ts'
import { createCallFormat } from './service/call-json.ts'
import { createHandler } from './service/handle.ts'
import { createPlaceCall } from './service/place-call.ts'
import { createService } from './service/service.ts'

/** A mock of the call API. */
export interface Mock {
  /** A fetch that reaches the mock and nothing else, without a socket; the host of the URL does not matter. */
  readonly fetch: typeof globalThis.fetch
  /**
   * Serves the mock over HTTP too, and resolves with its URL.
   *
   * The default port is 0, which takes a free port; the default host is 127.0.0.1. Rejects if the port is taken.
   */
  listen(port?: number, host?: string): Promise<string>
  /**
   * Scripts the response to one of the next requests. Replies are used in order, each once.
   *
   * Throws a TypeError for an operation, code, example or fault that does not exist, and for a reply that can never apply.
   */
  reply(reply: Reply): void
  /** The calls as they are now, oldest first, including those whose response the client never got. */
  readonly calls: readonly Call[]
  /** The requests that the mock received, oldest first. */
  readonly journal: readonly JournalEntry[]
  /** Totals, including what `calls` and `journal` no longer remember. */
  readonly counts: Counts
  /** Throws one error that lists everything in the journal that the spec does not allow. */
  expectNoViolations(): void
  /** Ends streams, waiting requests and servers; from then on `fetch` rejects as if the connection were refused. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes a mock.
 *
 * Rejects with a TypeError for an unknown option, a value that makes no sense or a `document` that cannot be used.
 * Without a `document`, rejects with an Error with the code `STALE_SPEC` if the installed @digame/spec is not the one
 * that this package was made with.
 */
export async function createMock(options: MockOptions = {}): Promise<Mock> {
  const resolved = resolveOptions(options)
  const { clock, document, keepRequests, onRequest } = resolved
  const engine = await loadEngine(document)
  const account = createAccount(resolved)
  const exchange = createExchange(resolved)
  const journal = createJournal(keepRequests)
  const replies = createReplies(engine)
  const { toCallJson, toCallsJson } = createCallFormat(resolved)
  const placeCall = createPlaceCall({ engine, exchange, account, toCallJson })
  const service = createService({ account, placeCall, reads: { ...resolved, engine, exchange, toCallJson } })
  const match = createRouter(engine.endpoints)
  const handle = createHandler({ engine, match, clock, journal, replies, service, onRequest })
  const fetchFront = createFetchFront(handle)
  const httpFront = createHttpFront(handle)

  const close = async () => {
    fetchFront.close()
    await httpFront.close()
  }

  return {
    fetch: fetchFront.fetch,
    listen: (port = 0, host = '127.0.0.1') => httpFront.listen(port, host),
    reply: replies.add,
    get calls() {
      return toCallsJson(exchange.calls())
    },
    journal: journal.entries,
    counts: journal.counts,
    expectNoViolations: journal.expectNoViolations,
    close,
    [Symbol.asyncDispose]: close,
  }
}
