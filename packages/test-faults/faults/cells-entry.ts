/** Entry for a process of its own: takes cells as JSON on its standard input, prints their endings. */
import { text } from 'node:stream/consumers'
import { type Cell, perform } from './cell.ts'

const cells = JSON.parse(await text(process.stdin)) as Cell[]
process.stdout.write(JSON.stringify(await Promise.all(cells.map((cell) => perform(cell)))), () =>
  // What a fault left open must not keep the process alive.
  process.exit(),
)
