/** Entry for workerd: a request with the places as its body is answered with the results. */
import { type Places, run } from './behaviours.ts'

interface Worker {
  fetch(request: Request): Promise<Response>
}

const worker: Worker = {
  async fetch(request) {
    return Response.json(await run((await request.json()) as Places))
  },
}

// biome-ignore lint/style/noDefaultExport: what workerd looks for
export default worker
