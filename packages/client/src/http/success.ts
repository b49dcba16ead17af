import { parseJson } from './body.ts'
import type { Sent } from './send.ts'

/** Whether the service says that it did what the request asked for. */
export const isSuccess = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status <= 299

/** Parses the body of a success; `undefined` if the send ended otherwise, or the body is not JSON. */
export const parseSuccess = ({ status, text }: Sent): unknown =>
  isSuccess(status) ? parseJson(text) : undefined
