/** Redocly's command line, without telemetry and without a check for newer versions. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)
const bin = join(dirname(resolve('@redocly/cli/package.json')), 'bin/cli.js')

interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs Redocly in a folder; resolves for every exit code. */
export async function redocly(folder: string, ...args: readonly string[]): Promise<Ended> {
  // A proxy in the environment must not stand between Redocly and loopback, so it gets only what a process needs.
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, CI: 'true', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [bin, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      const code = error ? error.code : 0
      if (typeof code === 'number') resolve({ code, output: stdout + stderr })
      else reject(error)
    })
  })
}
