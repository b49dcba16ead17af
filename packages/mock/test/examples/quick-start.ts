import { type Call, createMock } from '@digame/mock'

const mock = await createMock({ speed: 100 })

const response = await mock.fetch('https://api.diga.io/v1/call/', {
  method: 'POST',
  headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
  body: JSON.stringify({ from_number: '+34910000001', to_number: '+34612345678' }),
})
const call = (await response.json()) as Call
process.stdout.write(`${response.status} ${call.status}\n`) // 201 dialing

const url = await mock.listen() // the same mock over HTTP, on a free port of 127.0.0.1
const again = await fetch(`${url}/v1/call/${call.id}`, { headers: { authorization: 'Bearer any' } })
process.stdout.write(`${again.status}\n`) // 200

await mock.close()
