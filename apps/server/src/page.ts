import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Tokens } from './token.ts'

const types = {
  'desk.js': 'text/javascript; charset=utf-8',
  'words.js': 'text/javascript; charset=utf-8',
  'desk.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

const read = (name: string): string => readFileSync(new URL(`../public/${name}`, import.meta.url), 'utf8')

/** Serves the page, each time with a form token of its own, and what belongs to it. */
export function addPage(app: FastifyInstance, tokens: Tokens): void {
  const page = read('index.html')
  app.get('/', (_, reply) =>
    reply.type('text/html; charset=utf-8').send(page.replace('{{token}}', tokens.make())),
  )
  for (const [name, type] of Object.entries(types)) {
    const text = read(name)
    app.get(`/${name}`, (_, reply) => reply.type(type).send(text))
  }
}
