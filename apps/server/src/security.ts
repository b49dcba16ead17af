import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DeskError } from './errors.ts'

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Whether a request comes from a page of this server. Browsers tell `Sec-Fetch-Site` only over TLS and loopback. */
function isOurs({ headers, host }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  if (site !== undefined) return site === 'same-origin'
  if (origin === undefined || !URL.canParse(origin)) return false
  const theirs = new URL(origin)
  const ours = `${theirs.protocol}//${host}`
  return URL.canParse(ours) && new URL(ours).origin === theirs.origin
}

/** Puts the security headers on every answer, and keeps other sites from making their visitors ring people. */
export function addGuard(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    if (request.method === 'GET' || request.method === 'HEAD' || isOurs(request)) return
    throw new DeskError(403, 'foreign_page', 'Esta petición no viene de nuestra página.')
  })
}
