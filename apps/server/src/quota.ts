import { isIPv6 } from 'node:net'
import type { Clock } from './clock.ts'

/** Takes one from the share of a key; gives 0, or after how many milliseconds there is one again. */
export type Quota = (key: string) => number

// Whoever has more addresses than this is stopped by the number of callbacks under way.
const remembered = 10_000

/** Gives each key so many within any span of `windowMs` milliseconds. */
export function createQuota(max: number, windowMs: number, clock: Pick<Clock, 'now'>): Quota {
  /** When each key took, oldest first; the key that took last is at the end. */
  const taken = new Map<string, number[]>()
  return (key) => {
    const now = clock.now()
    const times = (taken.get(key) ?? []).filter((time) => time > now - windowMs)
    if (times.length >= max) return (times[0] ?? now) + windowMs - now
    taken.delete(key)
    taken.set(key, [...times, now])
    const [oldest] = taken.keys()
    if (taken.size > remembered && oldest !== undefined) taken.delete(oldest)
    return 0
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
