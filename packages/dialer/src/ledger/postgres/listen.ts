import type pg from 'pg'
import { quoteName } from './transaction.ts'

const reconnectMs = 1_000

export interface Listener {
  /** Does nothing if it has started or stopped. */
  start(): void
  stop(): void
}

/**
 * Listens for other processes' NOTIFY on a connection of its own, and connects again when that breaks.
 *
 * Behind a pooler in transaction mode no notification arrives, so callers also look every second.
 */
export function createListener(pool: pg.Pool, channel: string, onNotification: () => void): Listener {
  let state: 'idle' | 'starting' | 'listening' | 'stopped' = 'idle'
  let client: pg.PoolClient | undefined
  let timer: NodeJS.Timeout | undefined
  const isStopped = (): boolean => state === 'stopped'

  const disconnect = (error?: Error): void => {
    const lost = client
    client = undefined
    lost?.removeListener('error', disconnect)
    lost?.removeListener('end', disconnect)
    lost?.removeListener('notification', onNotification)
    lost?.release(error ?? true)
    if (isStopped()) return
    state = 'idle'
    timer = setTimeout(() => void connect(), reconnectMs).unref()
  }

  async function connect(): Promise<void> {
    if (state !== 'idle') return
    state = 'starting'
    try {
      const connected = await pool.connect()
      client = connected
      connected.on('error', disconnect)
      connected.on('end', disconnect)
      connected.on('notification', onNotification)
      await connected.query(`listen ${quoteName(channel)}`)
      if (isStopped()) return disconnect()
      state = 'listening'
      // Changes from before this connection listened have sent no notification.
      onNotification()
    } catch (error) {
      disconnect(error instanceof Error ? error : undefined)
    }
  }

  return {
    start: () => void connect(),
    stop() {
      state = 'stopped'
      clearTimeout(timer)
      if (client) disconnect()
    },
  }
}
