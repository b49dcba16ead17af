/** Plans that many rows (the first argument) in a process of its own, and prints the time and memory that took. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSpanishNumber } from '@digame/internal'
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts'
import { planBatch } from '../../src/plan/plan.ts'

const rows = Number(process.argv[2])

/** A typical file: Latin-1 names, semicolons, one row in a hundred a duplicate, one in a hundred unreadable. */
async function* file(): AsyncGenerator<Uint8Array> {
  let text = 'Teléfono;Nombre;Ciudad;consent_at\r\n'
  for (let row = 0; row < rows; row += 1) {
    const number = row % 100 === 7 ? 'no tiene' : String(600_000_000 + (row % 100 === 9 ? row - 1 : row))
    text += `${number};"Begoña ${row}";Málaga;2026-03-01\r\n`
    if (text.length < 65_536) continue
    yield Buffer.from(text, 'latin1')
    text = ''
  }
  yield Buffer.from(text, 'latin1')
}

const folder = await mkdtemp(join(tmpdir(), 'digame-plan-'))
try {
  const ledger = await openSqliteLedger(join(folder, 'ledger.db'), { now: () => Date.UTC(2026, 5, 1) })
  const began = performance.now()
  const { batch } = await planBatch({
    ledger,
    port: { isCallable: isSpanishNumber },
    leads: { csv: file() },
    from_number: '+34910000001',
    purpose: 'commercial',
    region: 'AN',
  })
  const seconds = (performance.now() - began) / 1000
  await ledger.close()
  const rssMb = Math.round(process.resourceUsage().maxRSS / 1024)
  process.stdout.write(JSON.stringify({ rows: batch.rows, rowsPerSecond: Math.round(rows / seconds), rssMb }))
} finally {
  await rm(folder, { recursive: true, force: true })
}
