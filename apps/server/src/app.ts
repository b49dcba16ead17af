import type { Diga } from '@digame/client'
import { type Clock, systemClock } from '@digame/internal'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { createDesk } from './desk.ts'
import { handleErrors, sendError } from './errors.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { page } from './page.ts'
import { routes } from './routes.ts'
import { addSecurity } from './security.ts'
import { createStreams } from './streams.ts'
import { createTokens } from './token.ts'

export interface AppOptions {
  readonly diga: Diga
  /** The calling number, in E.164. */
  readonly from: string
  /** Whether to log, or at which level and to where. @default false */
  readonly logger?: boolean | { readonly level?: string; readonly stream?: { write(line: string): void } }
  /** The addresses of proxies whose `X-Forwarded-*` headers are believed. @default none */
  readonly trustProxy?: string[]
  /** The time, for limits and heartbeats. @default the machine's own clock */
  readonly clock?: Clock
  /** @default those of {@link defaultLimits} */
  readonly limits?: Partial<Limits>
}

const serializers = {
  // Without the visitor's address, and without the query, which may hold a number.
  req: ({ method, url }: FastifyRequest): { method: string; path: string | undefined } => ({
    method,
    path: url.split('?')[0],
  }),
}

/** Builds the server, which does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { diga, from, logger = false, trustProxy, clock = systemClock } = options
  const limits = { ...defaultLimits, ...options.limits }
  const app = Fastify({
    logger: logger && { ...(logger === true ? {} : logger), serializers },
    bodyLimit: 4096,
    requestTimeout: 10_000,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: sendError,
    ...(trustProxy && { trustProxy }),
  })
  app.removeContentTypeParser('text/plain')
  const tokens = createTokens()
  const streams = createStreams(clock, limits)
  const desk = createDesk({ diga, from, clock, limits, log: app.log })
  handleErrors(app)
  await addSecurity(app)
  await app.register(page, { tokens })
  await app.register(routes, { desk, streams, tokens })
  app.addHook('preClose', async () => {
    streams.close()
    await desk.close()
  })
  return app
}
