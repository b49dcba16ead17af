/** Runs turbo with telemetry turned off. @returns its exit code */
import { spawn } from 'node:child_process'

export async function turbo(args: readonly string[]): Promise<number> {
  const child = spawn('turbo', args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      DO_NOT_TRACK: '1',
      TURBO_TELEMETRY_DISABLED: '1',
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    },
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
