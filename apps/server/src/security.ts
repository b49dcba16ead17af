import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DeskError } from './errors.ts'

const none = ["'none'"]
const self = ["'self'"]

/** Helmet's defaults, with a stricter content security policy: the page loads the desk's own files and nothing else. */
const helmetOptions: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: none,
      scriptSrc: self,
      styleSrc: self,
      imgSrc: self,
      connectSrc: self,
      baseUri: none,
      formAction: none,
      frameAncestors: none,
    },
  },
  referrerPolicy: { policy: 'same-origin' },
  xFrameOptions: { action: 'deny' },
  // Left to the proxy that terminates TLS.
  strictTransportSecurity: false,
}

/** Headers that Helmet does not set. */
const otherHeaders = {
  'cache-control': 'no-store',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/** Whether a request comes from a page of this server. Browsers send `Sec-Fetch-Site` only over TLS and to loopback. */
function isSameOrigin({ headers, host }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  if (site !== undefined) return site === 'same-origin'
  if (origin === undefined || !URL.canParse(origin)) return false
  const theirs = new URL(origin)
  const ours = `${theirs.protocol}//${host}`
  return URL.canParse(ours) && new URL(ours).origin === theirs.origin
}

/**
 * Sets the security headers of every response, and refuses a POST from another site, which could otherwise make its
 * visitors have people called.
 */
export async function addSecurity(app: FastifyInstance): Promise<void> {
  // Before the hook below, so that a refusal has Helmet's headers too.
  await app.register(helmet, helmetOptions)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(otherHeaders)
    if (request.method === 'GET' || request.method === 'HEAD' || isSameOrigin(request)) return
    throw new DeskError(403, 'foreign_page', 'Esta petición no viene de nuestra página.')
  })
}
