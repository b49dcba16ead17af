import type { Phone } from '../exchange/call.ts'
import { createNamedId } from '../exchange/random.ts'

export const permissions = { write: true, read: true, none: true } as const

/** What an API key allows: `read` only reads, `write` also places calls, `none` does neither. */
export type Permission = keyof typeof permissions

export const numberStates = { ready: true, no_sip: true, unverified: true } as const

/**
 * Whether the account can place calls from a number: `ready` can, `no_sip` has no SIP configuration (412), `unverified` was
 * never verified (403).
 */
export type NumberState = keyof typeof numberStates

/** A number of the account, and whether it can place calls. */
interface AccountPhone extends Phone {
  readonly state: NumberState
}

/** The account that the mock belongs to: its API keys and its numbers. */
export interface Account {
  /** What a key allows; undefined if the account does not have the key. */
  permission(key: string): Permission | undefined
  /** Finds a number by its E.164 form or its id; undefined if the account does not have it. */
  phone(from: string): AccountPhone | undefined
}

export interface AccountOptions {
  readonly seed: number
  readonly keys: Readonly<Record<string, Permission>> | undefined
  readonly numbers: Readonly<Record<string, NumberState>> | undefined
}

// More numbers than an account has; if every number belongs to the account, they must not pile up.
const maxRemembered = 1000

function createPhone(seed: number, name: string, state: NumberState): AccountPhone {
  const id = name.startsWith('+') ? createNamedId(seed, `phone ${name}`) : name.toLowerCase()
  return {
    state,
    id,
    agent: createNamedId(seed, `agent ${id}`),
    agentVersion: createNamedId(seed, `agent version ${id}`),
  }
}

export function createAccount({ seed, keys, numbers }: AccountOptions): Account {
  const phones = new Map<string, AccountPhone>()
  for (const [name, state] of Object.entries(numbers ?? {})) {
    const phone = createPhone(seed, name, state)
    phones.set(name.toLowerCase(), phone).set(phone.id, phone)
  }

  return {
    permission(key) {
      if (keys === undefined) return 'write'
      return Object.hasOwn(keys, key) ? keys[key] : undefined
    },
    phone(from) {
      const name = from.toLowerCase()
      const phone = phones.get(name)
      if (phone !== undefined || numbers !== undefined) return phone
      if (phones.size >= maxRemembered) phones.clear()
      const created = createPhone(seed, name, 'ready')
      phones.set(name, created)
      return created
    },
  }
}
