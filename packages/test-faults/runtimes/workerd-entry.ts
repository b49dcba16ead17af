/** Runs the behaviours on workerd: takes the services as the body of a request and responds with the results. */
import { run } from './behaviours.ts'

interface Worker {
  fetch(request: Request): Promise<Response>
}

const worker: Worker = {
  async fetch(request) {
    return Response.json(await run(JSON.parse(await request.text())))
  },
}

// biome-ignore lint/style/noDefaultExport: workerd requires it
export default worker
