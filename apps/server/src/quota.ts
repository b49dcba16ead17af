import { isIPv6 } from 'node:net'
import type { Clock } from '@digame/internal'

/** How often each key may do something. */
export interface Quota {
  /** Milliseconds until the key may act again; 0 if it may act now. */
  wait(key: string): number
  /** Counts one use by the key. */
  consume(key: string): void
}

// A visitor with more addresses than this still meets the limit on callbacks under way.
const rememberedKeys = 10_000

/** Allows each key `max` uses in any period of `windowMs` milliseconds. */
export function createQuota(max: number, windowMs: number, clock: Pick<Clock, 'now'>): Quota {
  /** When each key was used, oldest first. The key used last is the last entry of the map. */
  const uses = new Map<string, number[]>()
  const recentUses = (key: string, now: number): number[] =>
    (uses.get(key) ?? []).filter((time) => time > now - windowMs)
  return {
    wait(key) {
      const now = clock.now()
      const times = recentUses(key, now)
      return times.length < max ? 0 : (times[0] ?? now) + windowMs - now
    },
    consume(key) {
      const now = clock.now()
      const times = [...recentUses(key, now), now]
      uses.delete(key)
      uses.set(key, times)
      const [oldest] = uses.keys()
      if (uses.size > rememberedKeys && oldest !== undefined) uses.delete(oldest)
    },
  }
}

/** The key of a visitor: an IPv4 address, or the /64 of an IPv6 address, which is what one household gets. */
export function visitorOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = ip.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':').length : 0
  while (tail !== undefined && groups.length + after < 8) groups.push('0')
  return [...groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)), ''].join(':')
}
