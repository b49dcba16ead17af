/** Performs cells in a process of its own: reads them as JSON from standard input and prints their endings. */
import { text } from 'node:stream/consumers'
import { type Cell, perform } from './cell.ts'

const cells: Cell[] = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await Promise.all(cells.map((cell) => perform(cell)))), () =>
  // Connections that a fault left open must not keep the process alive.
  process.exit(),
)
