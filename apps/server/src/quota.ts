import { isIPv6 } from 'node:net'
import type { Clock } from './clock.ts'

/** The shares of keys. */
export interface Quota {
  /** After how many milliseconds the key has something left; 0 if it has now. */
  wait(key: string): number
  /** Takes one from the share of the key. */
  take(key: string): void
}

// Whoever has more addresses than this is stopped by the number of callbacks under way.
const remembered = 10_000

/** Gives each key so many within any span of `windowMs` milliseconds. */
export function createQuota(max: number, windowMs: number, clock: Pick<Clock, 'now'>): Quota {
  /** When each key took, oldest first; the key that took last is at the end. */
  const taken = new Map<string, number[]>()
  const recent = (key: string, now: number): number[] =>
    (taken.get(key) ?? []).filter((time) => time > now - windowMs)
  return {
    wait(key) {
      const now = clock.now()
      const times = recent(key, now)
      return times.length < max ? 0 : (times[0] ?? now) + windowMs - now
    },
    take(key) {
      const now = clock.now()
      const times = [...recent(key, now), now]
      taken.delete(key)
      taken.set(key, times)
      const [oldest] = taken.keys()
      if (taken.size > remembered && oldest !== undefined) taken.delete(oldest)
    },
  }
}

/** Who a visitor counts as: the IPv4 address, or the /64 of the IPv6 address, which is what one household has. */
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
