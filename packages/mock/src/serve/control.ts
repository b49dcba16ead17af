import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { BodyTooLong } from '../contract/body-limit.ts'
import { textOf } from '../fronts/http.ts'
import type { Mock } from '../mock.ts'
import type { Reply } from '../script/replies.ts'

function say(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function takeReply(mock: Mock, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page in a browser can post anything to this port, but JSON only with leave.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return say(response, 415, { error: 'A reply comes as application/json' })
  }
  try {
    const text = await textOf(request)
    mock.reply(JSON.parse(text) as Reply)
    say(response, 200, { queued: true })
  } catch (error) {
    if (error instanceof BodyTooLong) {
      response.setHeader('connection', 'close')
      return say(response, 413, { error: error.message })
    }
    say(response, 400, { error: (error as Error).message })
  }
}

/** The second port: what the handle gives in TypeScript, for tests in other languages. */
export function createControl(mock: Mock): RequestListener {
  return (request, response) => {
    const asked = `${request.method} ${request.url}`
    if (asked === 'GET /_mock/journal') return say(response, 200, mock.journal)
    if (asked === 'GET /_mock/calls') return say(response, 200, mock.calls)
    if (asked === 'POST /_mock/reply') {
      takeReply(mock, request, response).catch(() => response.destroy())
      return
    }
    say(response, 404, { error: 'Here are GET /_mock/journal, GET /_mock/calls and POST /_mock/reply' })
  }
}
