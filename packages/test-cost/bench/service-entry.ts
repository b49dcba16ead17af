/** Answers every request to place a call; a process of its own, so that its cost is not counted. */
import { createServer } from 'node:http'

const call = JSON.stringify({
  id: '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01',
  agent_id: null,
  agent_version_id: null,
  status: 'dialing',
  type: 'outbound',
  contact: {
    id: '2f6d9b74-1c1f-4d0e-8a5b-93f0c7e4d502',
    created_date: '2026-03-02T09:14:05Z',
    identifier: '+34612345678',
    contact_type: 'call',
  },
  phone_register_id: null,
  created_date: '2026-07-22T10:00:00Z',
})
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(call) }

const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(201, headers).end(call))
}).listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port))
process.once('disconnect', () => process.exit())
