import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import type { Tokens } from './token.ts'

const folder = new URL('../public/', import.meta.url)

export interface PageOptions {
  readonly tokens: Tokens
}

/** Serves the page, with a new form token each time, and its scripts, styles and icon. */
export const page: FastifyPluginAsync<PageOptions> = async (app, { tokens }) => {
  const html = await readFile(new URL('index.html', folder), 'utf8')
  app.get('/', (_, reply) =>
    reply.type('text/html; charset=utf-8').send(html.replace('{{token}}', tokens.create())),
  )
  await app.register(fastifyStatic, {
    root: fileURLToPath(folder),
    index: false,
    // The security headers have `no-store` already.
    cacheControl: false,
    // Not the page itself, which has no token before it is sent, nor the scripts' tsconfig.json.
    allowedPath: (path) => /\.(js|css|svg)$/.test(path),
  })
}
