/** `npm start`: runs the command line, which places a call in its mock and follows it to the end. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const command = [
  'call',
  '+34612345678',
  '--from',
  '+34910000001',
  '--var',
  'customer_name=Ana',
  '--mock',
  '--wait',
]

process.stdout.write(`\n$ digame ${command.join(' ')}\n`)
const bin = fileURLToPath(new URL('../apps/cli/src/bin.ts', import.meta.url))
const { status } = spawnSync(process.execPath, ['--conditions=source', bin, ...command], { stdio: 'inherit' })
process.exitCode = status ?? 1
