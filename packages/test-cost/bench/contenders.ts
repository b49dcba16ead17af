/** The ways to place a call that the bench compares. Each rival keeps its own defaults and sends to loopback. */
const body = {
  from_number: '+34910000001',
  to_number: '+34612345678',
  dynamic_variables: { customer_name: 'Ana' },
}
const apiKey = 'key'
const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }

/** Places one call; resolves when the response has been read. */
type Place = () => unknown

/** A rival, or a part of one, that may be called or constructed: the rivals' own types are not installed. */
type Rival = Parts & ((...args: readonly unknown[]) => Rival) & (new (...args: readonly unknown[]) => Rival)

/** The parts that the bench uses. */
interface Parts {
  readonly default: Rival
  readonly Diga: Rival
  readonly VapiClient: Rival
  readonly calls: Rival
  readonly create: Rival
  readonly POST: Rival
  readonly post: Rival
  readonly request: Rival
  readonly json: Rival
}

/** Imports a package by its name. */
export type Load = (name: string) => Promise<Rival>

export interface Contender {
  /** The package that npm installs for it. */
  readonly install?: string
  make(load: Load, baseUrl: string): Promise<Place>
}

const raw: Contender = {
  make: async (_, baseUrl) => async () => {
    const response = await fetch(`${baseUrl}/v1/call/`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return response.json()
  },
}

export const contenders: Readonly<Record<string, Contender>> = {
  'raw fetch': raw,
  'raw fetch, again': raw,
  '@digame/client': {
    async make(load, baseUrl) {
      const { Diga } = await load('@digame/client')
      const diga = new Diga({ apiKey, baseUrl })
      return () => diga.calls.create(body)
    },
  },
  'openapi-fetch': {
    install: 'openapi-fetch@0.17.0',
    async make(load, baseUrl) {
      const { default: createClient } = await load('openapi-fetch')
      const client = createClient({ baseUrl, headers })
      return () => client.POST('/v1/call/', { body })
    },
  },
  ky: {
    install: 'ky@2.1.0',
    async make(load, baseUrl) {
      const { default: ky } = await load('ky')
      return () => ky.post(`${baseUrl}/v1/call/`, { headers, json: body }).json()
    },
  },
  axios: {
    install: 'axios@1.13.5',
    async make(load, baseUrl) {
      const { default: axios } = await load('axios')
      return () => axios.post(`${baseUrl}/v1/call/`, body, { headers })
    },
  },
  'retell-sdk': {
    install: 'retell-sdk@5.66.1',
    async make(load, baseURL) {
      const { default: Retell } = await load('retell-sdk')
      const retell = new Retell({ apiKey, baseURL })
      return () => retell.post('/v1/call/', { body })
    },
  },
  '@vapi-ai/server-sdk': {
    install: '@vapi-ai/server-sdk@2.0.1',
    async make(load, baseUrl) {
      const { VapiClient } = await load('@vapi-ai/server-sdk')
      const vapi = new VapiClient({ token: apiKey, baseUrl })
      return () => vapi.calls.create(body)
    },
  },
  openai: {
    install: 'openai@7.57.0',
    async make(load, baseURL) {
      const { default: OpenAI } = await load('openai')
      const openai = new OpenAI({ apiKey, baseURL })
      return () => openai.post('/v1/call/', { body })
    },
  },
  twilio: {
    install: 'twilio@6.2.0',
    async make(load, baseUrl) {
      const { default: twilio } = await load('twilio')
      const client = twilio('AC00000000000000000000000000000000', apiKey)
      return () => client.request({ method: 'POST', uri: `${baseUrl}/v1/call/`, data: body })
    },
  },
}
