import { DatabaseSync, StatementSync } from 'node:sqlite'
import type pg from 'pg'
import { vi } from 'vitest'

/**
 * Lets the process die before or after its nth statement: no later statement reaches the store.
 *
 * Statements that only read do not count: dying at one of them leaves the same as dying at the next one that writes.
 */
export interface Crash {
  /** Whether it has died. */
  readonly dead: boolean
  /** Starts to count; dies at the nth statement, before or after it runs. */
  at(n: number, when: 'before' | 'after'): void
  disarm(): void
}

class Died extends Error {}

interface Counter extends Crash {
  readonly statement: <T>(sql: string, run: () => T) => T
}

function counter(): Counter {
  let left = Number.POSITIVE_INFINITY
  let when: 'before' | 'after' = 'before'
  let dead = false
  const die = (): never => {
    dead = true
    throw new Died('The process died')
  }
  return {
    get dead() {
      return dead
    },
    at(n, how) {
      left = n
      when = how
      dead = false
    },
    disarm() {
      left = Number.POSITIVE_INFINITY
      dead = false
    },
    statement(sql, run) {
      if (dead) return die()
      if (/^\s*(select|pragma)/i.test(sql)) return run()
      left--
      if (left === 0 && when === 'before') return die()
      const result = run()
      if (left !== 0) return result
      if (!(result instanceof Promise)) return die()
      return result.then(die) as typeof result
    },
  }
}

/** Counts the statements of every SQLite connection until the test ends. */
export function crashSqlite(): Crash {
  const crash = counter()
  const wrap = (run: (...values: never[]) => unknown) =>
    function (this: unknown, ...values: never[]): unknown {
      const sql = this instanceof StatementSync ? this.sourceSQL : String(values[0])
      return crash.statement(sql, () => run.apply(this, values))
    }
  for (const name of ['all', 'run', 'get'] as const) {
    const original = wrap(StatementSync.prototype[name])
    vi.spyOn(StatementSync.prototype, name).mockImplementation(original as never)
  }
  const exec = wrap(DatabaseSync.prototype.exec)
  vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(exec as never)
  return crash
}

const sqlOf = (query: unknown): string =>
  typeof query === 'string' ? query : (query as { text: string }).text

/** Counts the statements of a pool's clients. */
export function crashPostgres(pool: pg.Pool): Crash {
  const crash = counter()
  const wrapped = new WeakSet<pg.PoolClient>()
  pool.on('acquire', (client) => {
    if (wrapped.has(client)) return
    wrapped.add(client)
    const query = client.query.bind(client) as (...values: unknown[]) => Promise<unknown>
    const counted = async (...values: unknown[]): Promise<unknown> =>
      crash.statement(sqlOf(values[0]), () => query(...values))
    client.query = ((...values: unknown[]) => {
      const callback = values.at(-1)
      if (typeof callback !== 'function') return counted(...values)
      // The pool's own `query` passes a callback.
      counted(...values.slice(0, -1)).then(
        (result) => callback(undefined, result),
        (error) => callback(error),
      )
      return undefined
    }) as typeof client.query
  })
  return crash
}
