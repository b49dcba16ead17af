import { namedId } from '../exchange/random.ts'

/** What an API key may do with calls. */
export type Permission = 'read' | 'write' | 'none'

/** Whether a number of the account can be called from. */
export type NumberState = 'ready' | 'no_sip' | 'unverified'

/** A number of the account. */
export interface Phone {
  readonly state: NumberState
  readonly id: string
  readonly agent: string
  readonly agentVersion: string
}

/** Whose calls the mock places: its keys and its numbers. */
export interface Account {
  /** What this key may do; undefined if the account does not have it. */
  permission(key: string): Permission | undefined
  /** The number of this E.164 form or id; undefined if the account does not have it. */
  phone(from: string): Phone | undefined
}

export interface AccountOptions {
  readonly seed: number
  readonly keys: Readonly<Record<string, Permission>> | undefined
  readonly numbers: Readonly<Record<string, NumberState>> | undefined
}

// Enough for any account; without `numbers` every well-formed number is one, and they must not pile up.
const remembered = 1000

export function createAccount({ seed, keys, numbers }: AccountOptions): Account {
  const phones = new Map<string, Phone>()

  const make = (name: string, state: NumberState): Phone => {
    const id = name.startsWith('+') ? namedId(seed, `phone ${name}`) : name.toLowerCase()
    const agent = namedId(seed, `agent ${id}`)
    return { state, id, agent, agentVersion: namedId(seed, `agent version ${id}`) }
  }

  for (const [name, state] of Object.entries(numbers ?? {})) {
    const phone = make(name, state)
    phones.set(name.toLowerCase(), phone).set(phone.id, phone)
  }

  return {
    permission: (key) => (keys === undefined ? 'write' : Object.hasOwn(keys, key) ? keys[key] : undefined),
    phone(from) {
      const name = from.toLowerCase()
      const known = phones.get(name)
      if (known !== undefined || numbers !== undefined) return known
      if (phones.size >= remembered) phones.clear()
      const phone = make(name, 'ready')
      phones.set(name, phone)
      return phone
    },
  }
}
