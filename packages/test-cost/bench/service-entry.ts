/** Responds to every request as to a create. In a process of its own, so that its CPU time is not counted. */
import { createServer } from 'node:http'
import { listenOnLoopback } from '@digame/test-support'
import { sampleCall } from '../sample-call.ts'

const body = JSON.stringify({ id: '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01', ...sampleCall })
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }

const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(201, headers).end(body))
})
process.once('disconnect', () => process.exit())
process.send?.(await listenOnLoopback(server))
