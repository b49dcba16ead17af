import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { BodyTooLong } from '../contract/body-limit.ts'
import { readBody } from '../fronts/read-body.ts'
import type { Mock } from '../mock.ts'

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function addReply(mock: Mock, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Any web page can post to this port, but as JSON only with permission, which it does not get.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return respond(response, 415, { error: 'Send a reply as application/json' })
  }
  try {
    mock.reply(JSON.parse(await readBody(request)))
    respond(response, 200, { queued: true })
  } catch (error) {
    if (error instanceof BodyTooLong) {
      response.setHeader('connection', 'close')
      return respond(response, 413, { error: error.message })
    }
    respond(response, 400, { error: error instanceof Error ? error.message : String(error) })
  }
}

/** Serves the journal and the calls, and takes replies, for tests that are not in the mock's process. */
export function createControl(mock: Mock): RequestListener {
  return (request, response) => {
    const endpoint = `${request.method} ${request.url}`
    if (endpoint === 'GET /_mock/journal') return respond(response, 200, mock.journal)
    if (endpoint === 'GET /_mock/calls') return respond(response, 200, mock.calls)
    if (endpoint === 'POST /_mock/reply') {
      addReply(mock, request, response).catch(() => response.destroy())
      return
    }
    respond(response, 404, {
      error: 'This port has GET /_mock/journal, GET /_mock/calls and POST /_mock/reply',
    })
  }
}
