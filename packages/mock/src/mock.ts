import { loadEngine } from './contract/engine.ts'
import { createRouter } from './contract/routes.ts'
import type { Call } from './contract/types.ts'
import { createExchange } from './exchange/exchange.ts'
import { createFetchFront } from './fronts/fetch.ts'
import { createHttpFront } from './fronts/http.ts'
import { type MockOptions, resolve } from './options.ts'
import { type Counts, createJournal, type JournalEntry } from './script/journal.ts'
import { createReplies, type Reply } from './script/replies.ts'
import { createAccount } from './service/account.ts'
import { createView } from './service/call-json.ts'
import { createCore } from './service/handle.ts'
import { createCalls } from './service/place-call.ts'
import { createReads } from './service/read-calls.ts'
import { createService } from './service/service.ts'

/** A mock of the call API. */
export interface Mock {
  /** The mock without a socket, in place of the runtime's fetch; the host of the URL does not matter. */
  readonly fetch: typeof globalThis.fetch
  /**
   * Serves the mock over HTTP too and resolves with its URL.
   *
   * Port 0, the default, takes a free one; the host is 127.0.0.1 unless given. Rejects if the port is taken.
   */
  listen(port?: number, host?: string): Promise<string>
  /**
   * Says what one of the next requests gets; replies are used in the order given, each once.
   *
   * Throws a TypeError at once for an operation, code, example or fault that does not exist.
   */
  reply(reply: Reply): void
  /** The calls as they truly stand now, oldest first, also those whose answer was lost on the way. */
  readonly calls: readonly Call[]
  /** The requests that came, oldest first. */
  readonly journal: readonly JournalEntry[]
  /** How much came, also what `calls` and `journal` no longer remember. */
  readonly counts: Counts
  /** Throws one error that lists everything in the journal that the spec does not allow. */
  expectNoViolations(): void
  /** Ends streams, waiting requests and servers. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes a mock.
 *
 * Rejects with a TypeError for an option that makes no sense or a `document` that cannot be used. Without a `document`,
 * rejects with an Error of the code `STALE_SPEC` if the installed @digame/spec is not the one that this package was
 * made with.
 */
export async function createMock(options: MockOptions = {}): Promise<Mock> {
  const resolved = resolve(options)
  const { clock, keepRequests, onRequest } = resolved
  const engine = await loadEngine(resolved.document)
  const account = createAccount(resolved)
  const exchange = createExchange(resolved)
  const journal = createJournal(keepRequests)
  const replies = createReplies(engine)
  const { show, showAll } = createView(resolved)
  const reads = createReads({ ...resolved, engine, exchange, show })
  const place = createCalls({ engine, exchange, account, show })
  const service = createService({ engine, account, reads, place })
  const core = createCore({
    engine,
    match: createRouter(engine.endpoints),
    clock,
    journal,
    replies,
    service,
    onRequest,
  })
  const fetchFront = createFetchFront(core)
  const httpFront = createHttpFront(core)

  const close = async () => {
    fetchFront.close()
    await httpFront.close()
  }

  return {
    fetch: fetchFront.fetch,
    listen: (port = 0, host = '127.0.0.1') => httpFront.listen(port, host),
    reply: replies.add,
    get calls() {
      return showAll(exchange.lines())
    },
    journal: journal.entries,
    counts: journal.counts,
    expectNoViolations: journal.expectNoViolations,
    close,
    [Symbol.asyncDispose]: close,
  }
}
