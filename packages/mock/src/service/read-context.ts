import type { Clock } from '../clock.ts'
import type { Engine } from '../contract/engine.ts'
import { type MockResponse, specError } from '../contract/responses.ts'
import type { Call, OperationId } from '../contract/types.ts'
import type { ExchangeCall } from '../exchange/call.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { PageQuery } from './pages.ts'

export type Query = Readonly<Record<string, string>>

/** What the operations that only read work with. */
export interface ReadContext {
  readonly engine: Engine
  readonly exchange: Exchange
  readonly clock: Clock
  readonly speed: number
  /** In milliseconds. */
  readonly listDelay: number
  readonly toCallJson: (call: ExchangeCall) => Call
}

/** Reads which page a query asks for; without a limit the spec's default applies. */
export const readPageQuery = (engine: Engine, operation: OperationId, query: Query): PageQuery => ({
  ...query,
  limit: Number(query['limit'] ?? engine.declaredKeys(operation).query.get('limit')),
})

/** The refusal of a query with two cursors; undefined for any other query. */
export async function refuseTwoCursors(
  engine: Engine,
  operation: OperationId,
  query: Query,
): Promise<MockResponse | undefined> {
  if (query['after'] === undefined || query['before'] === undefined) return undefined
  return specError(engine, operation, 422, 'both_cursors')
}
