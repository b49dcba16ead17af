interface RequestEvent {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The id that the request carries as `x-request-id`. */
  readonly requestId: string
}

/** What the client reports to `onEvent`. Phone numbers are masked; an API key never appears. */
export type DigaEvent =
  | (RequestEvent & {
      /** A request is about to be sent. */
      readonly type: 'request'
      /** 0 for the first send, 1 for the first retry. */
      readonly retry: number
    })
  | (RequestEvent & {
      /** A request has ended, with or without a response. */
      readonly type: 'response'
      /** The HTTP status; absent if no response arrived. */
      readonly status?: number
      /** From right before the request to the end of the response body, in milliseconds. */
      readonly durationMs: number
    })
  | (RequestEvent & {
      /** A request failed, and will be sent again. */
      readonly type: 'retry'
      /** How long the client waits before the next send, in milliseconds. */
      readonly delayMs: number
      /** The `code` that the failure would have as a DigaError, such as `CONNECTION` or `HTTP_503`. */
      readonly reason: string
    })
  | {
      /** A create is in doubt, and the client starts to look its call up. */
      readonly type: 'looking_up'
      readonly idempotencyKey: string
    }
  | {
      /** The call of a create in doubt was found by its key. */
      readonly type: 'recovered'
      readonly idempotencyKey: string
      readonly callId: string
    }
  | {
      /** The service sent something that the spec does not describe. Each finding is reported once per client. */
      readonly type: 'drift'
      /**
       * `unknown_end_reason`: the spec does not list it, even if `outcomeOf` recognises its spelling. `status_code`: a create
       * succeeded with another status than 201.
       */
      readonly kind:
        | 'unknown_status'
        | 'unknown_end_reason'
        | 'unknown_field'
        | 'missing_field'
        | 'renamed_field'
        | 'status_code'
      /** What was found, such as `recording_url` or `200 instead of 201`. */
      readonly detail: string
    }
