import type pg from 'pg'
import { quoted } from './db.ts'

const againMs = 1_000

/**
 * Hears other processes' NOTIFY on a connection of its own, which is made again when it breaks.
 *
 * Behind a pooler in transaction mode it hears nothing: whoever listens looks every second too.
 */
export function listener(
  pool: pg.Pool,
  channel: string,
  changed: () => void,
): { start(): void; stop(): void } {
  let state: 'idle' | 'starting' | 'listening' | 'stopped' = 'idle'
  let client: pg.PoolClient | undefined
  let timer: NodeJS.Timeout | undefined

  const broken = (error?: Error): void => {
    const lost = client
    client = undefined
    lost?.removeListener('error', broken)
    lost?.removeListener('end', broken)
    lost?.removeListener('notification', changed)
    lost?.release(error ?? true)
    if (state === 'stopped') return
    state = 'idle'
    timer = setTimeout(() => void start(), againMs).unref()
  }
  async function start(): Promise<void> {
    if (state !== 'idle') return
    state = 'starting'
    try {
      const made = await pool.connect()
      client = made
      made.on('error', broken)
      made.on('end', broken)
      made.on('notification', changed)
      await made.query(`listen ${quoted(channel)}`)
      if (isStopped()) return broken()
      state = 'listening'
      // Whatever happened while nobody listened.
      changed()
    } catch (error) {
      broken(error as Error)
    }
  }
  const isStopped = (): boolean => state === 'stopped'

  return {
    start: () => void start(),
    stop() {
      state = 'stopped'
      clearTimeout(timer)
      if (client) broken()
    },
  }
}
