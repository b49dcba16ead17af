import { createMock } from '@digame/mock'
import spec from '@digame/spec/openapi.json' with { type: 'json' }

const document = structuredClone(spec)
document.components.schemas.SpanishNumber.pattern = '^\\+33[1-9][0-9]{8}$' // what if it called France?
const mock = await createMock({ document })

const response = await mock.fetch('https://api.diga.io/v1/call/', {
  method: 'POST',
  headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
  body: JSON.stringify({ from_number: '+34910000001', to_number: '+33612345678' }),
})
process.stdout.write(`${response.status}\n`) // 201

await mock.close()
