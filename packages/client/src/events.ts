/** What the client tells `onEvent`. Numbers are masked, keys never appear. */
export type DigaEvent =
  | {
      readonly type: 'request'
      readonly method: string
      readonly path: string
      readonly requestId: string
      /** 0 for the first send, 1 for the first retry. */
      readonly retry: number
    }
  | {
      readonly type: 'response'
      readonly method: string
      readonly path: string
      readonly requestId: string
      /** Absent when no answer came. */
      readonly status?: number
      readonly durationMs: number
    }
  | {
      readonly type: 'retry'
      readonly method: string
      readonly path: string
      readonly requestId: string
      readonly delayMs: number
      /** The code of the failure. */
      readonly reason: string
    }
  | {
      /** A create whose answer was lost, and whose call was found by its key. */
      readonly type: 'recovered'
      readonly idempotencyKey: string
      readonly callId: string
    }
  | {
      /** The service said something that this version does not know; each kind is told once. */
      readonly type: 'drift'
      readonly kind: 'unknown_status' | 'unknown_field' | 'missing_field' | 'renamed_field' | 'status_code'
      readonly detail: string
    }
