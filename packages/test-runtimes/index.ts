/** Where the runtimes are that the npm packages beside this file brought. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)
const inside = (name: string, path: string): string => join(dirname(resolve(`${name}/package.json`)), path)

/** The command that runs one file on each runtime; `file` and its arguments are appended. */
export const commands: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'node 20.19': [inside('node-20', 'bin/node')],
  'node 22': [inside('node-22', 'bin/node')],
  'node 24': [inside('node-24', 'bin/node')],
  'node 26': [inside('node-26', 'bin/node')],
  bun: [inside('bun', 'bin/bun.exe')],
  deno: [inside('deno', 'deno'), 'run', '--quiet', '--no-lock', '--allow-net', '--allow-env'],
}

export const workerd: string = inside('workerd', 'bin/workerd')
