import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that is deleted with everything in it when it is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
}

/** Makes an empty folder whose name begins with `digame-` and these words. */
export async function makeTemporaryFolder(words: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `digame-${words}-`))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
