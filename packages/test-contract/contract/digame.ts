/** Runs programs of the repository from their source, as processes: nothing imports an app. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of the repository, or of a copy of it in `cwd`, with this environment and nothing else. */
export function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = root,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=source', ...args], { cwd, env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
      resolve({ code, stdout, stderr })
    })
  })
}

/** Runs `digame` against the service at a URL. */
export const digame = (url: string, ...argv: string[]): Promise<Ended> =>
  run(['apps/cli/src/bin.ts', ...argv], { DIGA_API_KEY: 'key', DIGA_BASE_URL: url })
