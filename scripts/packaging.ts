/** Packs the package in the current folder as it would be published, and checks the tarball with publint and attw. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'digame-pack-'))
const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: 'inherit' })
}
try {
  run('pnpm', 'pack', '--pack-destination', folder)
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
  run('publint', 'run', tarball, '--strict')
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> }
  // attw checks imports, and the command line has none.
  if ('.' in exports)
    run(
      'attw',
      tarball,
      '--profile',
      'esm-only',
      '--exclude-entrypoints',
      'package.json',
      'openapi.yaml',
      'openapi.json',
      'compat-allow.yaml',
      'workflows.arazzo.yaml',
    )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
