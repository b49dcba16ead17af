import type { Diga } from '@digame/client'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { type Clock, systemClock } from './clock.ts'
import { createDesk } from './desk.ts'
import { addErrors, answer } from './errors.ts'
import { addGuard } from './guard.ts'
import { type Limits, limits as usual } from './limits.ts'
import { addPage } from './page.ts'
import { addRoutes } from './routes.ts'
import { createStreams } from './streams.ts'
import { createTokens } from './token.ts'

/** What the desk is made with. */
export interface AppOptions {
  readonly diga: Diga
  /** The calling number, in E.164. */
  readonly from: string
  /** Whether to log, or where and what. @default false */
  readonly logger?: boolean | { readonly level?: string; readonly stream?: { write(line: string): void } }
  /** The addresses of proxies whose X-Forwarded headers are believed. @default none */
  readonly trustProxy?: string[]
  /** Time, for limits and heartbeats. @default the system's */
  readonly clock?: Clock
  /** @default those of {@link usual} */
  readonly limits?: Partial<Limits>
}

const serializers = {
  // No address of the visitor, and no query: somebody may put a number there.
  req: ({ method, url }: FastifyRequest): { method: string; path: string | undefined } => ({
    method,
    path: url.split('?')[0],
  }),
}

/** Assembles the desk; it listens nowhere yet. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { diga, from, logger = false, trustProxy, clock = systemClock } = options
  const limits = { ...usual, ...options.limits }
  const app = Fastify({
    logger: logger && { ...(logger === true ? {} : logger), serializers },
    bodyLimit: 4096,
    requestTimeout: 10_000,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: answer,
    ...(trustProxy && { trustProxy }),
  })
  app.removeContentTypeParser('text/plain')
  const tokens = createTokens()
  const streams = createStreams(clock, limits)
  const desk = createDesk({ diga, from, clock, limits, log: app.log })
  addErrors(app)
  addGuard(app)
  addPage(app, tokens)
  addRoutes(app, { desk, streams, tokens })
  app.addHook('preClose', async () => {
    streams.close()
    await desk.close()
  })
  return app
}
