/** Each way of placing one call; every rival with its own defaults, pointed at loopback. */
const body = {
  from_number: '+34910000001',
  to_number: '+34612345678',
  dynamic_variables: { customer_name: 'Ana' },
}
const apiKey = 'key'
const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }

type Place = () => Promise<unknown>

// biome-ignore lint/suspicious/noExplicitAny: rivals are installed when the bench runs, their types are not
type Loaded = any

/** The packages that a contender needs, as npm installs them. */
export interface Contender {
  readonly install?: string
  make(load: (name: string) => Promise<Loaded>, baseUrl: string): Promise<Place>
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
